// JSON documents, one a line, read while they come.

/** Yield the documents of a body of lines; `chunks` are its texts, cut anywhere. */
export async function* readLines(chunks) {
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line) yield JSON.parse(line);
  }
  if (rest) yield JSON.parse(rest);
}

/** The texts of a fetched body, cut anywhere but inside a character. */
export async function* textsOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
}
