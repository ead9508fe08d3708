// The namespaces of office documents, and the prefix by which our code calls each. Writers are free in their prefixes, and
// strict OOXML has addresses of its own. '' is for namespaces whose names are unlike all others.

const microsoft = 'http://schemas.microsoft.com/office/';
const oasis = 'urn:oasis:names:tc:opendocument:xmlns:';
const openXml = ['http://schemas.openxmlformats.org/', 'http://purl.oclc.org/ooxml/'];

/** Prefixes by the last parts of OOXML's addresses; the transitional ones have the year in between. */
const openXmlPrefixes: Record<string, string> = {
  wordprocessingml: 'w',
  presentationml: 'p',
  spreadsheetml: '',
  drawingml: 'a',
  'drawingml/chart': 'c',
  'drawingml/diagram': 'dgm',
  'drawingml/wordprocessingDrawing': 'wp',
  'drawingml/spreadsheetDrawing': 'xdr',
  'officeDocument/math': 'm',
  'officeDocument/relationships': 'r',
  'package/relationships': '',
  'package/content-types': '',
};

const prefixes = new Map([
  ['http://schemas.openxmlformats.org/markup-compatibility/2006', 'mc'],
  ['urn:schemas-microsoft-com:vml', 'v'],
  ['http://purl.org/dc/elements/1.1/', 'dc'],
  ['http://www.idpf.org/2007/opf', ''],
  ['http://www.w3.org/1998/Math/MathML', 'math'],
  ['http://www.w3.org/1999/xlink', 'xlink'],
  ['http://www.daisy.org/z3986/2005/ncx/', ''],
  [`${oasis}container`, ''],
  [`${oasis}xsl-fo-compatible:1.0`, 'fo'],
  [`${oasis}svg-compatible:1.0`, 'svg'],
  [`${microsoft}word/2010/wordml`, 'w14'],
  [`${microsoft}word/2010/wordprocessingShape`, 'wps'],
  [`${microsoft}powerpoint/2018/8/main`, 'p188'],
  [`${microsoft}spreadsheetml/2018/threadedcomments`, 'threaded'],
]);

/** @returns the prefix of our code, or undefined for an address that it doesn't know */
export function prefixFor(address: string): string | undefined {
  const known = prefixes.get(address);
  if (known !== undefined) return known;
  // urn:oasis:names:tc:opendocument:xmlns:text:1.0
  const name = address.startsWith(oasis) ? address.slice(oasis.length).split(':')[0] : undefined;
  if (name !== undefined) return name === 'drawing' ? 'draw' : name;
  const start = openXml.find((base) => address.startsWith(base));
  if (start === undefined) return undefined;
  const path = address.slice(start.length).replace(/\/main$/, '');
  return openXmlPrefixes[path.replace(/\/2006(?=\/|$)/, '')];
}
