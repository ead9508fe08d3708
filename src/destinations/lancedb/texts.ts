// Texts that go into conditions, and come back as JSON.

/** A text in a condition. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** @returns undefined when it is no JSON */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
