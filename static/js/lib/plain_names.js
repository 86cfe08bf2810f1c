// Names that others gave, as they are to be read. Pure.

const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A name whose signs that turn the direction of writing can be seen and do nothing: with them,
 * `photo\u202egpj.exe` would read as `photoexe.jpg`. */
export function plainName(name) {
  return name.replace(
    TURNS,
    (sign) => `[U+${sign.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}]`,
  );
}
