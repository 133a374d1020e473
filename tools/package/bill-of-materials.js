// What is in the executables, as a CycloneDX bill of materials (specification 1.6) for those who keep track of parts.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";
import { PackageURL } from "packageurl-js";
import { root } from "../bundling.js";

/** As JSON. Without time and serial number: the same parts give the same bytes. */
export function billOfMaterials(parts) {
  const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const bill = new Models.Bom();
  bill.metadata.component = componentOf({ name, version, license: "MIT" }, Enums.ComponentType.Application);
  for (const part of parts) {
    const kind = part.name === "node" ? Enums.ComponentType.Platform : Enums.ComponentType.Library;
    const component = componentOf(part, kind);
    bill.components.add(component);
    bill.metadata.component.dependencies.add(component.bomRef);
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return serializer.serialize(bill, { sortLists: true, space: 2 });
}

function componentOf({ name, version, license }, kind) {
  const [scope, base] = name.startsWith("@") ? name.split("/") : [undefined, name];
  // Node's own binary is no npm package, though it comes in one.
  const purl =
    name === "node" ? new PackageURL("generic", null, name, version) : new PackageURL("npm", scope, base, version);
  return new Models.Component(kind, base, {
    group: scope,
    version,
    purl: purl.toString(),
    bomRef: `${name}@${version}`,
    licenses: new Models.LicenseRepository([new Models.SpdxLicense(license)]),
  });
}
