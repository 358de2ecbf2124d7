import Functions
import Manifest
import PluginHost

/// Makes the component of a node that calls a function.
enum FunctionBinder {
  /// The library is loaded when the pipeline opens, not before.
  static func component(of plan: FunctionPlan, _ settings: PluginCatalog.Settings) -> FunctionComponent {
    let spec = FunctionSpec(
      symbol: plan.reference.symbol, signature: plan.signature, inputs: plan.inputs.map(\.value),
      constants: plan.constants, output: plan.output, rejectsNulls: plan.rejectsNulls)
    return FunctionComponent(spec) { () throws(FunctionFailure) in
      do throws(PluginError) {
        return try FunctionLoader.load(plan.reference, settings)
      } catch {
        throw FunctionFailure(error.fix.map { "\(error.sentence); \($0)" } ?? error.sentence)
      }
    }
  }
}
