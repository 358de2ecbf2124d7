import CTidemill
import Testing

/// A field of a struct of the contract: where Swift sees it, and where it was in the first release.
struct FrozenField: Sendable {
  let name: String
  let found: Int?
  let frozen: Int
}

/// A struct of the contract with its size and fields.
struct FrozenStruct: Sendable, CustomTestStringConvertible {
  let name: String
  let found: Int
  let frozen: Int
  let fields: [FrozenField]
  var testDescription: String { name }
}

private func layout<T>(_ type: T.Type, _ size: Int, _ fields: [(String, PartialKeyPath<T>, Int)]) -> FrozenStruct {
  FrozenStruct(
    name: "\(type)", found: MemoryLayout<T>.size, frozen: size,
    fields: fields.map { FrozenField(name: $0, found: MemoryLayout<T>.offset(of: $1), frozen: $2) })
}

/// The layout of every struct that crosses the border, as it was in the first release.
let frozenLayout: [FrozenStruct] = [
  layout(
    tide_string.self, 16,
    [
      ("data", \.data, 0),
      ("length", \.length, 8),
    ]),
  layout(
    tide_frame.self, 128,
    [
      ("magic", \.magic, 0),
      ("major", \.major, 4),
      ("minor", \.minor, 5),
      ("kind", \.kind, 6),
      ("codec", \.codec, 7),
      ("frame_len", \.frame_len, 8),
      ("raw_len", \.raw_len, 12),
      ("header_len", \.header_len, 16),
      ("flags", \.flags, 18),
      ("stream", \.stream, 20),
      ("seq", \.seq, 24),
      ("log_pos", \.log_pos, 32),
      ("hop_time", \.hop_time, 40),
      ("epoch", \.epoch, 48),
      ("reserved0", \.reserved0, 52),
      ("head_crc", \.head_crc, 60),
      ("schema_id", \.schema_id, 64),
      ("rows", \.rows, 72),
      ("cols", \.cols, 76),
      ("top", \.top, 78),
      ("tmin", \.tmin, 80),
      ("tmax", \.tmax, 88),
      ("desc", \.desc, 96),
      ("names", \.names, 100),
      ("names_len", \.names_len, 104),
      ("reserved1", \.reserved1, 108),
      ("role", \.role, 112),
      ("row_wm", \.row_wm, 120),
      ("verbatim", \.verbatim, 122),
      ("body_crc", \.body_crc, 124),
    ]),
  layout(
    tide_control.self, 128,
    [
      ("envelope", \.envelope, 0),
      ("watermark", \.watermark, 64),
      ("checkpoint_id", \.checkpoint_id, 72),
      ("trigger_time", \.trigger_time, 80),
      ("options", \.options, 88),
      ("reason", \.reason, 92),
      ("final_seq", \.final_seq, 96),
      ("reserved", \.reserved, 104),
      ("body_crc", \.body_crc, 124),
    ]),
  layout(
    tide_column.self, 48,
    [
      ("type", \.type, 0),
      ("enc", \.enc, 1),
      ("role", \.role, 2),
      ("flags", \.flags, 3),
      ("name_len", \.name_len, 4),
      ("dict", \.dict, 6),
      ("name", \.name, 8),
      ("len", \.len, 12),
      ("nulls", \.nulls, 16),
      ("valid", \.valid, 20),
      ("data", \.data, 24),
      ("data_len", \.data_len, 28),
      ("heap", \.heap, 32),
      ("heap_len", \.heap_len, 36),
      ("parent", \.parent, 40),
      ("first_child", \.first_child, 42),
      ("nchild", \.nchild, 44),
      ("param", \.param, 46),
    ]),
  layout(
    tide_batch.self, 32,
    [
      ("size", \.size, 0),
      ("port", \.port, 4),
      ("frame", \.frame, 8),
      ("selection", \.selection, 16),
      ("count", \.count, 24),
      ("reserved", \.reserved, 28),
    ]),
  layout(
    tide_slot.self, 40,
    [
      ("size", \.size, 0),
      ("port", \.port, 4),
      ("bytes", \.bytes, 8),
      ("capacity", \.capacity, 16),
      ("used", \.used, 24),
      ("handle", \.handle, 32),
    ]),
  layout(
    tide_writer.self, 24,
    [
      ("size", \.size, 0),
      ("reserved", \.reserved, 4),
      ("context", \.context, 8),
      ("write", \.write, 16),
    ]),
  layout(
    tide_reader.self, 24,
    [
      ("size", \.size, 0),
      ("state_version", \.state_version, 4),
      ("context", \.context, 8),
      ("read", \.read, 16),
    ]),
  layout(
    tide_info.self, 136,
    [
      ("size", \.size, 0),
      ("lane", \.lane, 4),
      ("lanes", \.lanes, 8),
      ("first_group", \.first_group, 12),
      ("groups", \.groups, 16),
      ("inputs", \.inputs, 20),
      ("outputs", \.outputs, 24),
      ("restored", \.restored, 28),
      ("attempt", \.attempt, 32),
      ("checkpoint", \.checkpoint, 40),
      ("pipeline", \.pipeline, 48),
      ("node", \.node, 64),
      ("component", \.component, 80),
      ("delivery", \.delivery, 96),
      ("state_bytes", \.state_bytes, 112),
      ("state_keys", \.state_keys, 120),
      ("state_full", \.state_full, 128),
      ("reserved", \.reserved, 132),
    ]),
  layout(
    tide_host.self, 200,
    [
      ("size", \.size, 0),
      ("abi_minor", \.abi_minor, 4),
      ("context", \.context, 8),
      ("log", \.log, 16),
      ("fail", \.fail, 24),
      ("extension", \.extension, 32),
      ("config_int", \.config_int, 40),
      ("config_double", \.config_double, 48),
      ("config_string", \.config_string, 56),
      ("wake", \.wake, 64),
      ("now", \.now, 72),
      ("config_bool", \.config_bool, 80),
      ("config_size", \.config_size, 88),
      ("info", \.info, 96),
      ("port", \.port, 104),
      ("timer", \.timer, 112),
      ("retain", \.retain, 120),
      ("release", \.release, 128),
      ("watermark", \.watermark, 136),
      ("idle", \.idle, 144),
      ("grow", \.grow, 152),
      ("reserve", \.reserve, 160),
      ("commit", \.commit, 168),
      ("cancel", \.cancel, 176),
      ("forward", \.forward, 184),
      ("reject", \.reject, 192),
    ]),
  layout(
    tide_component.self, 128,
    [
      ("size", \.size, 0),
      ("state_version", \.state_version, 4),
      ("user", \.user, 8),
      ("id", \.id, 16),
      ("create", \.create, 24),
      ("destroy", \.destroy, 32),
      ("open", \.open, 40),
      ("close", \.close, 48),
      ("process", \.process, 56),
      ("poll", \.poll, 64),
      ("on_watermark", \.on_watermark, 72),
      ("on_timer", \.on_timer, 80),
      ("flush", \.flush, 88),
      ("snapshot", \.snapshot, 96),
      ("restore", \.restore, 104),
      ("reconfigure", \.reconfigure, 112),
      ("extension", \.extension, 120),
    ]),
  layout(
    tide_plugin.self, 16,
    [
      ("size", \.size, 0),
      ("count", \.count, 4),
      ("components", \.components, 8),
    ]),
  layout(
    tide_codec.self, 56,
    [
      ("size", \.size, 0),
      ("reserved", \.reserved, 4),
      ("decode", \.decode, 8),
      ("encode", \.encode, 16),
      ("max_record", \.max_record, 24),
      ("origin", \.origin, 32),
      ("bury", \.bury, 40),
      ("begin", \.begin, 48),
    ]),
  layout(
    tide_arrow.self, 16,
    [
      ("size", \.size, 0),
      ("reserved", \.reserved, 4),
      ("export_batch", \.export_batch, 8),
    ]),
  layout(
    tide_values.self, 56,
    [
      ("size", \.size, 0),
      ("type", \.type, 4),
      ("count", \.count, 8),
      ("nulls", \.nulls, 12),
      ("errors", \.errors, 16),
      ("reserved", \.reserved, 20),
      ("state", \.state, 24),
      ("data", \.data, 32),
      ("metadata", \.metadata, 40),
    ]),
  layout(
    tide_expressions.self, 56,
    [
      ("size", \.size, 0),
      ("reserved", \.reserved, 4),
      ("compile", \.compile, 8),
      ("release", \.release, 16),
      ("filter", \.filter, 24),
      ("values", \.values, 32),
      ("why", \.why, 40),
      ("left_out", \.left_out, 48),
    ]),
  layout(
    ArrowSchema.self, 72,
    [
      ("format", \.format, 0),
      ("name", \.name, 8),
      ("metadata", \.metadata, 16),
      ("flags", \.flags, 24),
      ("n_children", \.n_children, 32),
      ("children", \.children, 40),
      ("dictionary", \.dictionary, 48),
      ("release", \.release, 56),
      ("private_data", \.private_data, 64),
    ]),
  layout(
    ArrowArray.self, 80,
    [
      ("length", \.length, 0),
      ("null_count", \.null_count, 8),
      ("offset", \.offset, 16),
      ("n_buffers", \.n_buffers, 24),
      ("n_children", \.n_children, 32),
      ("buffers", \.buffers, 40),
      ("children", \.children, 48),
      ("dictionary", \.dictionary, 56),
      ("release", \.release, 64),
      ("private_data", \.private_data, 72),
    ]),
  layout(
    tide_manifest_source.self, 16,
    [
      ("size", \.size, 0),
      ("reserved", \.reserved, 4),
      ("json", \.json, 8),
    ]),
]
