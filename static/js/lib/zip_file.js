// Packs files into a zip, with the compression that the browser has.

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const UTF8 = 0x0800;
const DEFLATE = 8;
const VERSION = 20;
// Zip's earliest date: the same files give the same zip.
const DATE = 0x21;

/** Return a zip (a Blob) of `files`: [{path, file}], each file a Blob. */
export async function packZip(files) {
  const packed = [];
  let offset = 0;
  for (const { path, file } of files) {
    const entry = { ...(await pack(file)), name: new TextEncoder().encode(path), offset };
    entry.head = headOf(entry, LOCAL);
    packed.push(entry);
    offset += entry.head.length + entry.data.length;
  }
  const contents = packed.map((entry) => headOf(entry, CENTRAL));
  const end = endOf(
    packed.length,
    contents.reduce((sum, head) => sum + head.length, 0),
    offset,
  );
  const bodies = packed.flatMap((entry) => [entry.head, entry.data]);
  return new Blob([...bodies, ...contents, end], { type: "application/zip" });
}

async function pack(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const data = new Uint8Array(await new Response(stream).arrayBuffer());
  return { data, size: bytes.length, crc: crc32(bytes) };
}

/** The head of an entry, before its bytes or in the table of contents. */
function headOf({ name, data, size, crc, offset }, signature) {
  const isCentral = signature === CENTRAL;
  const shared = [VERSION, UTF8, DEFLATE, 0, DATE];
  const head = new Writer(30 + (isCentral ? 16 : 0) + name.length);
  head.longs(signature);
  if (isCentral) head.shorts(VERSION);
  head.shorts(...shared);
  head.longs(crc, data.length, size);
  head.shorts(name.length, 0);
  if (isCentral) {
    head.shorts(0, 0, 0);
    head.longs(0, offset);
  }
  head.bytes.set(name, head.at);
  return head.bytes;
}

function endOf(count, size, offset) {
  const end = new Writer(22);
  end.longs(END);
  end.shorts(0, 0, count, count);
  end.longs(size, offset);
  end.shorts(0);
  return end.bytes;
}

/** Writes little-endian numbers one after the other. */
class Writer {
  constructor(length) {
    this.bytes = new Uint8Array(length);
    this.view = new DataView(this.bytes.buffer);
    this.at = 0;
  }

  shorts(...numbers) {
    for (const number of numbers) {
      this.view.setUint16(this.at, number, true);
      this.at += 2;
    }
  }

  longs(...numbers) {
    for (const number of numbers) {
      this.view.setUint32(this.at, number, true);
      this.at += 4;
    }
  }
}

const TABLE = Uint32Array.from({ length: 256 }, (_, at) => {
  let value = at;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** The CRC-32 of bytes, as zip has it. */
export function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff];
  return (crc ^ 0xffffffff) >>> 0;
}
