// Definitions of links: `[pump]: https://example.org "Pump"`. They are addresses for other places, and no text.

const definition =
  /^ {0,3}\[(?!\^)(?:[^[\]\\]|\\.){1,300}\]:[ \t]*(?:\n[ \t]*)?(?:<[^<>\n]{0,2000}>|[^\s<]\S{0,2000})(?:(?:[ \t]+|[ \t]*\n[ \t]*)(?:"[^"\n]{0,500}"|'[^'\n]{0,500}'|\([^()\n]{0,500}\)))?[ \t]*(?:\n|$)/;

/** A paragraph without the definitions at its start; undefined where there are none. */
export function withoutDefinitions(paragraph: string): string | undefined {
  let at = 0;
  for (;;) {
    const match = definition.exec(at === 0 ? paragraph : paragraph.slice(at));
    if (!match) break;
    at += match[0].length;
  }
  return at === 0 ? undefined : paragraph.slice(at);
}
