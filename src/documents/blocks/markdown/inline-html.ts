// What stands in Markdown as HTML, within a text: tags, comments and anchors go, images become their words, names of
// characters the characters. What code holds stays.
import { decodeEntities } from '../entities.js';

/** Elements whose tags go wherever they stand. */
const inline = words(
  'a abbr acronym b bdi bdo big blockquote br center cite code dd del details dfn div dl dt em fieldset figcaption figure ' +
    'font h1 h2 h3 h4 h5 h6 hr i iframe img ins kbd li mark nobr ol p picture pre q rp rt ruby s samp script small span ' +
    'strike strong sub sup svg table tbody td tfoot th thead tr tt u ul video wbr',
);
/** Elements whose names are also words that stand for something: `<option>`. Their tags need an attribute, or an end. */
const ambiguous = words(
  'address area article aside audio base body button canvas caption col colgroup data datalist dialog embed footer form ' +
    'head header html input label legend link main map menu meta meter nav noscript object optgroup option output param ' +
    'progress section select slot source style summary template textarea time title track var',
);
const tag =
  /<(\/?)([a-z][a-z\d]{0,15})((?:\s{1,20}[\w:@.-]{1,60}(?:\s{0,5}=\s{0,5}(?:"[^"]{0,3000}"|'[^']{0,3000}'|[^\s"'<>`=]{1,1000}))?){0,20})\s{0,20}(\/?)>/iy;
const alt = /\salt\s{0,5}=\s{0,5}(?:"([^"]*)"|'([^']*)'|([^\s>]+))/i;
const imageFile = /^\S{1,200}\.(?:png|jpe?g|gif|svg|webp)$/i;
const breaking = words('br p div li tr td th h1 h2 h3 h4 h5 h6 dd dt hr table summary');
const markup = /[<&]/;
const backtick = 96;

/** The block `text.slice(start, end)` without HTML; undefined where it holds none. */
export function withoutInlineHtml(text: string, start: number, end: number): string | undefined {
  const block = text.slice(start, end);
  if (!markup.test(block)) return undefined;
  const parts: string[] = [];
  let done = 0;
  for (let at = 0; at < block.length; ) {
    const code = block.charCodeAt(at);
    if (code === backtick || (code === 126 && block.startsWith('~~~', at))) {
      at = codeEnd(block, at);
    } else if (code === 92) {
      at += 2;
    } else if (code === 60) {
      const found = htmlAt(block, at);
      if (found) {
        parts.push(block.slice(done, at), found.text);
        done = found.end;
        at = done;
      } else at++;
    } else if (code === 38) {
      const semicolon = block.indexOf(';', at);
      const written = semicolon > at && semicolon - at < 34 ? block.slice(at, semicolon + 1) : '';
      const decoded = decodeEntities(written);
      if (decoded !== written) {
        parts.push(block.slice(done, at), decoded);
        done = semicolon + 1;
        at = semicolon;
      }
      at++;
    } else at++;
  }
  return done === 0 ? undefined : parts.join('') + block.slice(done);
}

/** Index after the code that begins here, in back-ticks or tildes; after the signs alone where it doesn't end. */
function codeEnd(text: string, at: number): number {
  const code = text.charCodeAt(at);
  let open = at;
  while (text.charCodeAt(open) === code) open++;
  for (let from = text.indexOf(text[at]!, open); from !== -1; from = text.indexOf(text[at]!, from)) {
    let close = from;
    while (text.charCodeAt(close) === code) close++;
    if (close - from === open - at) return close;
    from = close;
  }
  return open;
}

function htmlAt(block: string, at: number): { text: string; end: number } | undefined {
  if (block.startsWith('<!--', at)) {
    const close = block.indexOf('-->', at + 4);
    if (close === -1) return undefined;
    const isApart = at === 0 || block[at - 1] === ' ' || block[at - 1] === '\n';
    return { text: '', end: close + 3 + (isApart && block[close + 3] === ' ' ? 1 : 0) };
  }
  tag.lastIndex = at;
  const match = tag.exec(block);
  if (!match) return undefined;
  const name = match[2]!.toLowerCase();
  const attributes = match[3]!;
  if (!inline.has(name)) {
    const isTag =
      ambiguous.has(name) && (attributes !== '' || match[1] === '/' || block.includes(`</${name}`));
    if (!isTag) return undefined;
  }
  const end = at + match[0].length;
  if (name === 'img') return { text: imageText(attributes), end };
  return { text: breaking.has(name) ? ' ' : '', end };
}

function imageText(attributes: string): string {
  const [, double, single, bare] = alt.exec(attributes) ?? [];
  const words = decodeEntities(double ?? single ?? bare ?? '').trim();
  return imageFile.test(words) ? '' : words;
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(' '));
}
