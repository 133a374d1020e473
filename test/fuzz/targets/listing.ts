/** A listing of a machine's devices, of whatever program; the ids are then looked for in no INF, and judged. */
import { windows7On } from "../../../src/drivers/index.js";
import { DriverFinder } from "../../../src/machine/find-drivers.js";
import { judgeMachine } from "../../../src/machine/judge-machine.js";
import { deviceIdLimit } from "../../../src/machine/limits.js";
import { readListing } from "../../../src/machine/listing/index.js";
import { checkText, foreseenNow } from "../foreseen.js";

export function fuzz(data: Uint8Array): void {
  const machine = foreseenNow(() => readListing(Uint8Array.from(data), "machine.txt"));
  if (machine === undefined) return;
  const finder = new DriverFinder(machine.devices, windows7On("x86"));
  const system = { isKnown: true, drivers: finder.drivers(), mayHaveOne: (at: number) => finder.mayHaveOne(at) };
  const { devices } = judgeMachine(machine, system, system);
  if (devices.length !== machine.devices.length) throw new Error(`${devices.length} devices are judged`);
  for (const { hardwareIds, compatibleIds, name, location } of devices) {
    const ids = [...hardwareIds, ...compatibleIds];
    if (hardwareIds.length === 0 || ids.length > 2 * deviceIdLimit) throw new Error(`a device has ${ids.length} ids`);
    for (const text of [...ids, name ?? "", location ?? ""]) checkText(text);
  }
}
