import PluginManifest

/// All cases, one line each: id, level, the promise, and what is run for it.
public enum CaseRegistry {
  public static let all: [Case] = file + life + frames + rules + input + time + state + instances + hotPath + chaos

  /// The case of an id.
  public static func find(_ id: String) -> Case? { all.first { $0.id == id } }

  private static let noSource: Set<ComponentManifest.Kind> = [.operator, .sink]

  private static let file: [Case] = [
    Case(
      "manifest-right", .file,
      "The section .tidemill holds a manifest as docs/plugins/manifest.md says, with no name that it does not know.",
      .file(FileCases.manifestRight)),
    Case(
      "one-export", .file,
      "The library exports tidemill_plugin_1 and no other C function (mangled names of Swift and C++ are let be).",
      .file(FileCases.oneExport)),
    Case(
      "no-stray-symbols", .file,
      "Every undefined symbol is defined by a library that the file says it needs; none is left to the host.",
      .file(FileCases.noStraySymbols)),
    Case(
      "table-agrees", .file,
      "Table and manifest agree: number, order, ids, entries of the kind, state versions (the loader's checks).",
      .file(FileCases.tableAgrees)),
    Case(
      "sizes-set", .file, "Each struct of the table says its size, and no entry beyond it is needed.", .file(FileCases.sizesSet)
    ),
    Case(
      "entry-quick", .file, "Loading the library and calling the entry take less than 100 ms.", attempts: 3,
      .file(FileCases.entryQuick)),
    Case(
      "entry-pure", .file, "The entry starts no thread, opens no file and installs no signal handler; neither does loading.",
      .file(FileCases.entryPure)),
    Case(
      "entry-constant", .file,
      "The entry gives the same table each time, and another host minor (1000) gets that table or NULL, no crash.",
      .file(FileCases.entryConstant)),
    Case(
      "example-right", .file,
      "The manifest's example is a pipeline whose node of this component passes validation.",
      .component(FileCases.exampleRight)),
  ]

  private static let life: [Case] = [
    Case(
      "create-destroy", .life, "create with a configuration that fits, then destroy without open, works.",
      .component(LifeCases.createDestroy)),
    Case(
      "create-no-io", .life, "create opens no file, starts no thread and writes nothing into the working directory.",
      .component(LifeCases.createNoIO)),
    Case(
      "create-refuses-garbage", .life,
      "create with an empty or mistyped configuration works, or fails with a code below zero and a text through fail; never a crash.",
      .component(LifeCases.createRefusesGarbage)),
    Case(
      "create-gives-instance", .life,
      "create that answers TIDE_OK gives an instance, one that fails gives none (out stays NULL); positive answers other than OK are wrong.",
      .component(LifeCases.createGivesInstance)),
    Case("open-close", .life, "create, open, close, destroy without any data works.", .component(LifeCases.openClose)),
    Case("flush-without-input", .life, "create, open, flush, close, destroy works.", .component(LifeCases.flushWithoutInput)),
    Case(
      "life-repeats", .life, "A second and third life in the same process go like the first.", .component(LifeCases.lifeRepeats)
    ),
    Case(
      "extensions-optional", .life, "A host without extensions gets a working instance or a refusal with a text, no crash.",
      .component(LifeCases.extensionsOptional)),
  ]

  private static let frames: [Case] = [
    Case("process-one-row", .frames, "process takes a batch of one row.", kinds: noSource, .component(FrameCases.oneRow)),
    Case(
      "process-no-rows", .frames, "process takes a batch whose selection is empty (count 0).", kinds: noSource,
      .component(FrameCases.noRows)),
    Case(
      "process-many-rows", .frames, "process takes a batch of 65,536 rows.", kinds: noSource, .component(FrameCases.manyRows)),
    Case(
      "poll-works", .frames, "poll called again and again answers OK, MORE, IDLE or END.", kinds: [.source],
      .component(FrameCases.pollWorks)),
    Case(
      "statuses-known", .frames,
      "Every call answers a status of plugin.h that it may answer (process: OK, MORE or negative; poll: also IDLE, END; unknown positive or negative ones are wrong).",
      .promise),
    Case(
      "frames-valid", .frames, "Every committed frame passes all rules of docs/frames.md; used and frame_len agree.", .promise),
    Case(
      "outputs-as-stated", .frames,
      "What comes out is what the manifest states: same means only forwards (unless merged), fields have the names and types listed.",
      .promise),
    Case("ports-exist", .frames, "commit, reserve and forward name output ports that the component has.", .promise),
  ]

  private static let rules: [Case] = [
    Case("selections-right", .rules, "forward's selection is a strictly ascending subset of the batch's rows.", .promise),
    Case(
      "forwards-own-batch", .rules,
      "forward, retain and reject take the batch's own pointer (or a retained one, for forward), never a copy of the struct.",
      .promise),
    Case("rejects-right", .rules, "reject names a row that the batch in progress visits.", .promise),
    Case(
      "slots-right", .rules,
      "reserve gets a slot with its size set; port, capacity and handle are not changed; a slot is committed or cancelled once and used stays within capacity.",
      .promise),
    Case(
      "retry-before-effects", .rules, "TIDE_E_RETRY comes only before the call's first commit, forward or reject.", .promise),
    Case(
      "retained-released", .rules,
      "Each retained batch is released once, by the end of destroy; none twice, and only what was retained.", .promise),
    Case("output-on-its-thread", .rules, "Output calls come on the thread of the call that they belong to.", .promise),
    Case("output-in-its-call", .rules, "An output is not used after the call that it was given to.", .promise),
    Case(
      "config-in-control", .rules, "Options are read in create, restore, open, close and reconfigure only, on their thread.",
      .promise),
    Case(
      "failure-explained", .rules,
      "A call that answers CONFIG, FATAL or UNSUPPORTED has said why through fail, unless it passes on what the host answered.",
      .promise),
  ]

  private static let input: [Case] = [
    Case(
      "input-read-only", .input, "process does not write into its input (frames and batch struct in read-only memory).",
      .component(InputCases.readOnly)),
    Case(
      "input-not-kept", .input,
      "Nothing of a batch is read after the call, unless it is retained (memory is taken away after each call).",
      .component(InputCases.notKept)),
    Case(
      "extreme-values", .input, "Int64.min and max, NaN, infinities, -0, empty and 64 KiB strings do no harm.",
      .component(InputCases.extremeValues)),
    Case("all-nulls", .input, "Columns of nulls alone do no harm.", .component(InputCases.allNulls)),
    Case(
      "fields-missing", .input, "A frame without the fields that the component reads does no harm.",
      .component(InputCases.fieldsMissing)),
    Case(
      "other-types", .input, "Fields of types other than the expected ones do no harm (every column type in turn).",
      .component(InputCases.otherTypes)),
    Case(
      "every-encoding", .input, "Flat, dictionary, constant and sequence columns of the same values give the same rows.",
      .component(InputCases.everyEncoding)),
    Case(
      "selected-rows-only", .input, "A selection gives what a frame of just these rows gives (stateless components).",
      .component(InputCases.selectedRowsOnly)),
    Case(
      "wide-frames", .input, "Frames of 2,000 columns and names of 255 bytes do no harm.", .component(InputCases.wideFrames)),
  ]

  private static let time: [Case] = [
    Case(
      "cancelled-at-once", .time,
      "After an output call answered TIDE_E_CANCELLED the plugin makes no further one in that call and returns within a second.",
      attempts: 3, .component(TimeCases.cancelledAtOnce)),
    Case("more-ends", .time, "TIDE_MORE ends: a batch needs at most 100,000 calls.", .component(TimeCases.moreEnds)),
    Case(
      "poll-by-deadline", .time, "poll returns by its deadline (100 ms late at most).", kinds: [.source], attempts: 3,
      .component(TimeCases.pollByDeadline)),
    Case(
      "end-stays-end", .time, "After TIDE_END nothing more comes: flush emits nothing, and wake is not called.",
      kinds: [.source], .component(TimeCases.endStaysEnd)),
    Case(
      "flush-then-close", .time, "A source told to finish before its end flushes, closes and is destroyed.", kinds: [.source],
      .component(TimeCases.flushThenClose)),
    Case(
      "watermarks-taken", .time, "on_watermark takes rising watermarks of each port and of all, up to Int64.max.",
      .component(TimeCases.watermarksTaken)),
    Case("watermarks-ascend", .time, "A watermark that the component sets never goes back.", .promise),
    Case(
      "timers-right", .time,
      "Timers are set in restore, open and calls with an output only, with a known domain, and only by components with on_timer.",
      .promise),
    Case("timers-end", .time, "Timers that are due run, and come to an end.", .component(TimeCases.timersEnd)),
    Case("wake-in-life", .time, "wake is called between create and the return of close only.", .promise),
    Case(
      "quiet-after-destroy", .time,
      "After destroy no call reaches the host, and the threads, descriptors and child processes that the instance started are gone.",
      attempts: 2, .component(TimeCases.quietAfterDestroy)),
  ]

  private static let state: [Case] = [
    Case(
      "state-entries-paired", .state, "snapshot and restore come together, with a state_version in the manifest.",
      .component(StateCases.entriesPaired)),
    Case(
      "snapshot-restore", .state, "What a snapshot wrote, restore takes, and the next snapshot is equal.",
      .component(StateCases.snapshotRestore)),
    Case(
      "restore-continues", .state, "A restored instance goes on with the rows that the first one would have given.",
      .component(StateCases.restoreContinues)),
    Case(
      "restore-short-reads", .state, "A reader that gives one byte at a time gives the same state.",
      .component(StateCases.restoreShortReads)),
    Case(
      "restore-refuses-garbage", .state,
      "restore of random bytes (13 and 1,021 of them) answers TIDE_E_STATE; an empty blob does no harm.",
      .component(StateCases.restoreRefusesGarbage)),
    Case(
      "restore-refuses-cut", .state, "A blob that lacks its last byte is refused; other cuts do no harm.",
      .component(StateCases.restoreRefusesCut)),
    Case(
      "restore-refuses-newer", .state, "A blob of a newer state_version is refused with TIDE_E_STATE.",
      .component(StateCases.restoreRefusesNewer)),
    Case(
      "snapshot-changes-nothing", .state, "Two snapshots without input between them are equal, and rows go on as without them.",
      .component(StateCases.snapshotChangesNothing)),
    Case(
      "snapshot-reports", .state, "When the writer fails, snapshot answers a code below zero.",
      .component(StateCases.snapshotReports)),
    Case("snapshot-groups", .state, "Groups written are 0..127 or TIDE_ALL_GROUPS.", .component(StateCases.snapshotGroups)),
  ]

  private static let instances: [Case] = [
    Case(
      "interleaved", .instances, "Two instances called in turn give what each alone gives.",
      .component(InstanceCases.interleaved)),
    Case(
      "side-by-side", .instances, "Two instances on two threads at once give what each alone gives.",
      .component(InstanceCases.sideBySide)),
    Case(
      "any-thread", .instances, "An instance whose calls come from different threads, one after the other, gives the same.",
      .component(InstanceCases.anyThread)),
    Case(
      "batch-size-free", .instances, "A component that the manifest calls stateless gives the same rows for other batch sizes.",
      .component(InstanceCases.batchSizeFree)),
    Case(
      "replays", .instances, "The same input and the same clock of the host give the same rows.", kinds: noSource,
      .component(InstanceCases.replays)),
    Case(
      "lives-leak-nothing", .instances,
      "1,000 create and destroy, and 100 whole lives, leave memory and descriptors as they were.",
      .component(InstanceCases.livesLeakNothing)),
    Case(
      "batches-leak-nothing", .instances, "2,000 batches leave the memory of a stateless component as it was.", kinds: noSource,
      .component(InstanceCases.batchesLeakNothing)),
  ]

  private static let hotPath: [Case] = [
    Case(
      "hot-allocations", .hotPath,
      "After 100 warm-up batches a call of process makes at most one allocation (on average, where the manifest says \"allocation\": \"amortised\").",
      kinds: [.operator], .audit(HotPathCases.allocations)),
    Case("hot-locks", .hotPath, "After the warm-up process takes no lock.", kinds: [.operator], .audit(HotPathCases.locks)),
    Case(
      "hot-syscalls", .hotPath, "After the warm-up process makes no system call.", kinds: [.operator],
      .audit(HotPathCases.syscalls)),
  ]

  private static let chaos: [Case] = [
    Case(
      "host-failures", .chaos,
      "What the host refuses (reserve, grow, commit, forward, retain out of memory, an option gone) is passed on or survived; nothing is used that was not given.",
      .component(ChaosCases.hostFailures)),
    Case(
      "options-at-bounds", .chaos,
      "Each option at its least, greatest and every listed value gives a working instance or a refusal with a text.",
      .component(ChaosCases.optionsAtBounds)),
    Case(
      "fuzz-calls", .chaos,
      "Random calls in legal order (batches, selections, watermarks, timers, snapshots, restores, wakes) break no promise.",
      .component(ChaosCases.fuzzCalls)),
    Case("fuzz-frames", .chaos, "Random frames of all column types break no promise.", .component(ChaosCases.fuzzFrames)),
    Case("fuzz-state", .chaos, "Random damage to snapshots never crashes restore.", .component(ChaosCases.fuzzState)),
  ]
}
