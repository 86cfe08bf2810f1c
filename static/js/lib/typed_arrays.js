// Typed arrays of the wire. Pure.

const ARRAYS = { f8: Float64Array, f4: Float32Array, i4: Int32Array };

/** A typed array of `{dtype, bdata}`: little-endian numbers in base64. */
export function decodeArray({ dtype, bdata }) {
  return new ARRAYS[dtype](bytesOf(bdata).buffer);
}

function bytesOf(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}
