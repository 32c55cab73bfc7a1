// Image files for uploads: a PNG made here, and a file that is not an image.
import { crc32, deflateSync } from "node:zlib";

export interface ImageFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** A colourful PNG. */
export function photo(name: string, width = 320, height = 240): ImageFile {
  return { name, mimeType: "image/png", buffer: png(width, height, (x, y) => [(x * 255) / width, (y * 255) / height, 160]) };
}

/** Claims to be an image and is not. */
export function noImage(name: string): ImageFile {
  return { name, mimeType: "image/png", buffer: Buffer.from("This is a letter, not a picture.") };
}

/** See the PNG specification, https://www.w3.org/TR/png-3/: signature, header, one block of rows, end. */
function png(width: number, height: number, colour: (x: number, y: number) => number[]): Buffer {
  const rows = Array.from({ length: height }, (_, y) => [0, ...Array.from({ length: width }, (__, x) => colour(x, y)).flat()]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Uint8Array.from(rows.flat()))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
