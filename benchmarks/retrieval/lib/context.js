// Experiments: what is embedded with a chunk beside its own text. The chunks stay the same.

const separator = ' > ';

/** The titles of the sections around a chunk, on a line before it. */
export function withHeadings(rows) {
  return rows.map((row) =>
    row.heading.length > 0 ? { ...row, embedded: `${row.heading.join(separator)}\n${embeddedOf(row)}` } : row,
  );
}

/** The first row of a table, before chunks that begin further down in it. */
export function withTableHeaders(rows, documents) {
  let count = 0;
  const changed = rows.map((row) => {
    const header = headerAround(documents.get(row.source), row.start);
    if (header === undefined) return row;
    count++;
    return { ...row, embedded: `${header}\n${embeddedOf(row)}` };
  });
  return { rows: changed, count };
}

export function embeddedOf({ embedded, context, text }) {
  return embedded ?? (context ? `${context}\n${text}` : text);
}

function headerAround(document, start) {
  const table = document?.blocks.find(
    (block) => block.kind === 'table' && block.start < start && start < block.end,
  );
  return (
    table &&
    document.text
      .slice(table.start, table.end)
      .split('\n')
      .find((line) => /[\p{L}\p{N}]/u.test(line))
  );
}
