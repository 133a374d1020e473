/** Extended attributes of a File Entry (ECMA-167 4/14.10), of which one matters here: when the file was made. */
import {
  creationTimeExists,
  extendedAttribute,
  extendedAttributeHeaderDescriptor,
  fileTimesAttribute,
  fileTimesAttributeType,
} from "./file-records.js";

/**
 * The creation time, undefined where there is none. Attributes describe a file and hold none of its bytes, so that a
 * damaged one only ends the search; it is not an error.
 */
export function creationTimeOf(attributes: Uint8Array): number | undefined {
  let offset = extendedAttributeHeaderDescriptor.size;
  while (offset + extendedAttribute.size <= attributes.length) {
    const { type, length } = extendedAttribute.decode(attributes, offset);
    if (length < extendedAttribute.size || offset + length > attributes.length) return undefined;
    if (type === fileTimesAttributeType) return firstTime(attributes.subarray(offset, offset + length));
    offset += length;
  }
  return undefined;
}

function firstTime(attribute: Uint8Array): number | undefined {
  if (attribute.length < fileTimesAttribute.size) return undefined;
  const { existence, creationTime } = fileTimesAttribute.decode(attribute);
  return (existence & creationTimeExists) === 0 ? undefined : creationTime;
}
