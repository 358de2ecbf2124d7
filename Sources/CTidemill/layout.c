/* Freezes the layout of every struct of the contract: sizes and offsets as they are in the first release, on 64-bit hosts.
 * A line that fails means that old plugins would break. Structs grow at the end, and then this file grows too. */
#include <stddef.h>

#include "tidemill/build.h"
#include "tidemill/ext/arrow.h"
#include "tidemill/ext/codec.h"
#include "tidemill/ext/expression.h"
#include "tidemill/ext/manifest.h"
#include "tidemill/plugin.h"

#define AT(type, field, offset) _Static_assert(offsetof(type, field) == (offset), #type "." #field " moved")
#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type " changed its size")

SIZE(tide_string, 16);
AT(tide_string, data, 0);
AT(tide_string, length, 8);

SIZE(tide_frame, 128);
AT(tide_frame, magic, 0);
AT(tide_frame, major, 4);
AT(tide_frame, minor, 5);
AT(tide_frame, kind, 6);
AT(tide_frame, codec, 7);
AT(tide_frame, frame_len, 8);
AT(tide_frame, raw_len, 12);
AT(tide_frame, header_len, 16);
AT(tide_frame, flags, 18);
AT(tide_frame, stream, 20);
AT(tide_frame, seq, 24);
AT(tide_frame, log_pos, 32);
AT(tide_frame, hop_time, 40);
AT(tide_frame, epoch, 48);
AT(tide_frame, reserved0, 52);
AT(tide_frame, head_crc, 60);
AT(tide_frame, schema_id, 64);
AT(tide_frame, rows, 72);
AT(tide_frame, cols, 76);
AT(tide_frame, top, 78);
AT(tide_frame, tmin, 80);
AT(tide_frame, tmax, 88);
AT(tide_frame, desc, 96);
AT(tide_frame, names, 100);
AT(tide_frame, names_len, 104);
AT(tide_frame, reserved1, 108);
AT(tide_frame, role, 112);
AT(tide_frame, row_wm, 120);
AT(tide_frame, verbatim, 122);
AT(tide_frame, body_crc, 124);

SIZE(tide_control, 128);
AT(tide_control, envelope, 0);
AT(tide_control, watermark, 64);
AT(tide_control, checkpoint_id, 72);
AT(tide_control, trigger_time, 80);
AT(tide_control, options, 88);
AT(tide_control, reason, 92);
AT(tide_control, final_seq, 96);
AT(tide_control, reserved, 104);
AT(tide_control, body_crc, 124);

SIZE(tide_column, 48);
AT(tide_column, type, 0);
AT(tide_column, enc, 1);
AT(tide_column, role, 2);
AT(tide_column, flags, 3);
AT(tide_column, name_len, 4);
AT(tide_column, dict, 6);
AT(tide_column, name, 8);
AT(tide_column, len, 12);
AT(tide_column, nulls, 16);
AT(tide_column, valid, 20);
AT(tide_column, data, 24);
AT(tide_column, data_len, 28);
AT(tide_column, heap, 32);
AT(tide_column, heap_len, 36);
AT(tide_column, parent, 40);
AT(tide_column, first_child, 42);
AT(tide_column, nchild, 44);
AT(tide_column, param, 46);

SIZE(tide_batch, 32);
AT(tide_batch, size, 0);
AT(tide_batch, port, 4);
AT(tide_batch, frame, 8);
AT(tide_batch, selection, 16);
AT(tide_batch, count, 24);
AT(tide_batch, reserved, 28);

SIZE(tide_slot, 40);
AT(tide_slot, size, 0);
AT(tide_slot, port, 4);
AT(tide_slot, bytes, 8);
AT(tide_slot, capacity, 16);
AT(tide_slot, used, 24);
AT(tide_slot, handle, 32);

SIZE(tide_writer, 24);
AT(tide_writer, size, 0);
AT(tide_writer, reserved, 4);
AT(tide_writer, context, 8);
AT(tide_writer, write, 16);

SIZE(tide_reader, 24);
AT(tide_reader, size, 0);
AT(tide_reader, state_version, 4);
AT(tide_reader, context, 8);
AT(tide_reader, read, 16);

SIZE(tide_info, 136);
AT(tide_info, size, 0);
AT(tide_info, lane, 4);
AT(tide_info, lanes, 8);
AT(tide_info, first_group, 12);
AT(tide_info, groups, 16);
AT(tide_info, inputs, 20);
AT(tide_info, outputs, 24);
AT(tide_info, restored, 28);
AT(tide_info, attempt, 32);
AT(tide_info, checkpoint, 40);
AT(tide_info, pipeline, 48);
AT(tide_info, node, 64);
AT(tide_info, component, 80);
AT(tide_info, delivery, 96);
AT(tide_info, state_bytes, 112);
AT(tide_info, state_keys, 120);
AT(tide_info, state_full, 128);
AT(tide_info, reserved, 132);

SIZE(tide_host, 200);
AT(tide_host, size, 0);
AT(tide_host, abi_minor, 4);
AT(tide_host, context, 8);
AT(tide_host, log, 16);
AT(tide_host, fail, 24);
AT(tide_host, extension, 32);
AT(tide_host, config_int, 40);
AT(tide_host, config_double, 48);
AT(tide_host, config_string, 56);
AT(tide_host, wake, 64);
AT(tide_host, now, 72);
AT(tide_host, config_bool, 80);
AT(tide_host, config_size, 88);
AT(tide_host, info, 96);
AT(tide_host, port, 104);
AT(tide_host, timer, 112);
AT(tide_host, retain, 120);
AT(tide_host, release, 128);
AT(tide_host, watermark, 136);
AT(tide_host, idle, 144);
AT(tide_host, grow, 152);
AT(tide_host, reserve, 160);
AT(tide_host, commit, 168);
AT(tide_host, cancel, 176);
AT(tide_host, forward, 184);
AT(tide_host, reject, 192);

SIZE(tide_component, 128);
AT(tide_component, size, 0);
AT(tide_component, state_version, 4);
AT(tide_component, user, 8);
AT(tide_component, id, 16);
AT(tide_component, create, 24);
AT(tide_component, destroy, 32);
AT(tide_component, open, 40);
AT(tide_component, close, 48);
AT(tide_component, process, 56);
AT(tide_component, poll, 64);
AT(tide_component, on_watermark, 72);
AT(tide_component, on_timer, 80);
AT(tide_component, flush, 88);
AT(tide_component, snapshot, 96);
AT(tide_component, restore, 104);
AT(tide_component, reconfigure, 112);
AT(tide_component, extension, 120);

SIZE(tide_plugin, 16);
AT(tide_plugin, size, 0);
AT(tide_plugin, count, 4);
AT(tide_plugin, components, 8);

SIZE(tide_codec, 56);
AT(tide_codec, size, 0);
AT(tide_codec, reserved, 4);
AT(tide_codec, decode, 8);
AT(tide_codec, encode, 16);
AT(tide_codec, max_record, 24);
AT(tide_codec, origin, 32);
AT(tide_codec, bury, 40);
AT(tide_codec, begin, 48);

SIZE(tide_manifest_source, 16);
AT(tide_manifest_source, size, 0);
AT(tide_manifest_source, reserved, 4);
AT(tide_manifest_source, json, 8);

SIZE(tide_arrow, 16);
AT(tide_arrow, size, 0);
AT(tide_arrow, reserved, 4);
AT(tide_arrow, export_batch, 8);

SIZE(tide_values, 56);
AT(tide_values, size, 0);
AT(tide_values, type, 4);
AT(tide_values, count, 8);
AT(tide_values, nulls, 12);
AT(tide_values, errors, 16);
AT(tide_values, reserved, 20);
AT(tide_values, state, 24);
AT(tide_values, data, 32);
AT(tide_values, metadata, 40);

SIZE(tide_expressions, 56);
AT(tide_expressions, size, 0);
AT(tide_expressions, reserved, 4);
AT(tide_expressions, compile, 8);
AT(tide_expressions, release, 16);
AT(tide_expressions, filter, 24);
AT(tide_expressions, values, 32);
AT(tide_expressions, why, 40);
AT(tide_expressions, left_out, 48);

/* As the interface of Arrow says on 64-bit hosts. */
SIZE(struct ArrowSchema, 72);
SIZE(struct ArrowArray, 80);
