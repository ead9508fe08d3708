// Documents that are small and cost much: what unpacks, repeats, nests or is listed without end.
import { flateInFlate, forms, lattice, manyOperators, manyPages } from '../formats/pdf.js';
import { packed, zip } from '../formats/zip.js';
import { foreign } from '../lib/words.js';

const wordNamespace = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const docxStart = `<?xml version="1.0"?><w:document ${wordNamespace}><w:body><w:p><w:r><w:t>`;
const docxEnd = '</w:t></w:r></w:p></w:body></w:document>';

const repeatedCell =
  '<table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p></table:table-cell>';
const repeatedRows = [
  `<table:table-row table:number-rows-repeated="1048576">${repeatedCell}</table:table-row>`,
  `<table:table-row>${repeatedCell}</table:table-row>`,
];

/** Name of the way, ending of the file, and its bytes. */
const ways = [
  ['text unpacked', 'docx', (random) => docx(docxStart, 'word ', random.pick([20, 100, 300]), docxEnd)],
  [
    'empty paragraphs',
    'docx',
    (random) =>
      docx(
        docxStart,
        '<w:p/>',
        random.pick([10, 60]),
        docxEnd.replace('</w:t></w:r></w:p>', ''),
        docxStart.replace('<w:p><w:r><w:t>', ''),
      ),
  ],
  [
    'table cells',
    'docx',
    () =>
      docx(
        '',
        '<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>',
        30,
        '</w:body></w:document>',
        docxStart.replace('<w:p><w:r><w:t>', ''),
      ),
  ],
  ['deep', 'docx', (random) => docx(docxStart, '<w:r>', random.pick([1, 3]), docxEnd)],
  [
    'slides',
    'pptx',
    (random) =>
      pptx(
        random.pick(['<p:grpSp>', '<p:sp/>', '<p:sp><p:txBody><a:p/></p:txBody></p:sp>']),
        random.pick([1, 30, 100]),
      ),
  ],
  [
    'rows',
    'xlsx',
    (random) =>
      xlsx(
        random.pick(['<row/>', '<row><c t="str"><v>x</v></c></row>', '<row><c r="XFD1"><v>1</v></c></row>']),
        random.pick([1, 60, 300]),
      ),
  ],
  [
    'paragraphs',
    'odt',
    (random) =>
      odf(
        'text',
        random.pick(['<text:p/>', '<text:list>', '<text:p>x<text:s text:c="1000"/>x</text:p>']),
        random.pick([1, 30, 100]),
      ),
  ],
  ['repeated', 'ods', (random) => odf('spreadsheet', random.pick(repeatedRows), random.pick([1, 30]))],
  [
    'chapters',
    'epub',
    (random) => epub(random.pick(['<p>x', '<div>', '<table><tr><td>']), random.pick([1, 30, 100])),
  ],
  ['forms doubled', 'pdf', (random) => forms(random.int(10, 30), random.int(2, 3))],
  ['words all over', 'pdf', (random) => lattice(random, random.pick([100, 5000, 100_000]))],
  ['pages repeated', 'pdf', (random) => manyPages(random.pick([1000, 100_000, 400_000]))],
  ['Flate in Flate', 'pdf', (random) => flateInFlate(random.pick([64, 1000]))],
  [
    'many operators',
    'pdf',
    (random) =>
      manyOperators(random.pick([20, 200]), random.pick(['q Q ', '(a) Tj ', '1 0 0 1 0 0 cm ', '[[[[ '])),
  ],
  [
    'many cells',
    'ipynb',
    (random) => notebook(random.pick([50_000, 100_000, 400_000]), random.pick(['markdown', 'code', 'raw'])),
  ],
  ['deep', 'ipynb', (random) => `{"cells":${'['.repeat(random.size(4_000_000))}`],
  ['commas', 'csv', (random) => `${','.repeat(random.pick([1_000_000, 8_000_000]))}\n`.repeat(2)],
  ['quotes', 'csv', (random) => `id,text\n1,"${'""'.repeat(random.size(4_000_000))}`],
  ['columns by rows', 'csv', () => `${'c,'.repeat(20_000)}\n`.repeat(100)],
  ['deep', 'json', (random) => random.pick(['[', '{"a":', '[{"text":']).repeat(random.size(2_000_000))],
  ['many records', 'jsonl', (random) => '{"id":"a","text":"b"}\n'.repeat(random.size(500_000))],
  ['no line end', 'jsonl', (random) => `{"id":"a","text":"${'\\n'.repeat(random.size(8_000_000))}`],
  [
    'nested',
    'html',
    (random) =>
      random
        .pick(['<div>', '<table><tr><td>', '<ul><li>', '<b', '<!--', '<a href="'])
        .repeat(random.size(300_000)),
  ],
  [
    'nested',
    'md',
    (random) =>
      random.pick(['> ', '- ', '[', '![', '*a ', '`', '<a', '| ', '#', '\\[']).repeat(random.size(400_000)),
  ],
  [
    'rules',
    'rst',
    (random) => random.pick(['=\n', '* ', '.. a::\n', '`', '| ', '===  ']).repeat(random.size(300_000)),
  ],
  [
    'nested',
    'ts',
    (random) =>
      random
        .pick(['{', 'class A {', '/*', '`${', '(', 'function f() {\n', '"\\'])
        .repeat(random.size(400_000)),
  ],
  [
    'front matter',
    'md',
    (random) =>
      `---\n${random.pick(['a: &a [*a]\n', 'a: [', '? ', 'k: v\n', '!!js/function x\n']).repeat(random.size(200_000))}---\n`,
  ],
  ['words', 'md', (random) => `# ${foreign(random)}\n\n${foreign(random)} islands\n`],
  ['bytes', 'pdf', (random) => Buffer.concat([Buffer.from('%PDF-1.4\n'), random.bytes(random.size(20_000))])],
  [
    'bytes',
    'docx',
    (random) => Buffer.concat([Buffer.from('PK\x03\x04'), random.bytes(random.size(20_000))]),
  ],
  ['bytes', 'txt', (random) => random.bytes(random.size(60_000))],
];

/** What reading one document may take (2 GiB), beside the run itself. */
const memoryBytes = 2.8e9;

export async function play(c) {
  const { random } = c;
  const [way, ending, make] = random.pick(ways);
  c.subject = `documents: ${ending}, ${way}`;
  c.documents();
  c.write(`work/docs/try.${ending}`, make(random));
  // What is dear takes its time and is then given up: only that it can be stopped is asked of it here.
  await c.embed(
    [
      'ingest',
      'docs',
      '--embedder',
      'ollama',
      '--cache',
      'none',
      ...random.pick([['--dry-run'], ['--json'], ['-v']]),
    ],
    {
      late: false,
      verify: false,
      memoryBytes: memoryBytes,
    },
  );
}

/** One part of a repeated piece, with others as they are. */
function office(name, start, piece, megabytes, end, others = {}) {
  const files = Object.entries(others).map(([other, text]) => ({ name: other, bytes: Buffer.from(text) }));
  return zip([...files, { name, ...packed(start, piece, megabytes, end) }]);
}

function pptx(piece, megabytes) {
  const base = 'http://schemas.openxmlformats.org';
  const start = `<p:sld xmlns:p="${base}/presentationml/2006/main" xmlns:a="${base}/drawingml/2006/main"><p:cSld><p:spTree>`;
  return office('ppt/slides/slide1.xml', start, piece, megabytes, '</p:spTree></p:cSld></p:sld>');
}

function xlsx(piece, megabytes) {
  const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  return office('xl/s.xml', '<worksheet><sheetData>', piece, megabytes, '</sheetData></worksheet>', {
    'xl/workbook.xml': `<workbook xmlns:r="${relations}"><sheets><sheet name="S" r:id="s"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels':
      '<Relationships><Relationship Id="s" Type="x/worksheet" Target="s.xml"/></Relationships>',
  });
}

function odf(kind, piece, megabytes) {
  const names = ['office', 'text', 'table'].map(
    (name) => `xmlns:${name}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`,
  );
  const start = `<office:document-content ${names.join(' ')}><office:body><office:${kind}><table:table>`;
  const end = `</table:table></office:${kind}></office:body></office:document-content>`;
  return office('content.xml', start, piece, megabytes, end);
}

function epub(piece, megabytes) {
  return office('a.html', '<html><body>', piece, megabytes, '</body></html>', {
    'META-INF/container.xml': '<container><rootfile full-path="b.opf"/></container>',
    'b.opf':
      '<package><manifest><item id="a" href="a.html"/></manifest><spine><itemref idref="a"/></spine></package>',
  });
}

function docx(start, text, megabytes, end, first = start) {
  const body = packed(first, text, megabytes, end);
  const type = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml';
  const types = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="${type}"/></Types>`;
  const relation = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument';
  const relations = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="${relation}" Target="word/document.xml"/></Relationships>`;
  return zip([
    { name: '[Content_Types].xml', bytes: Buffer.from(types) },
    { name: '_rels/.rels', bytes: Buffer.from(relations) },
    { name: 'word/document.xml', ...body },
  ]);
}

function notebook(cells, kind) {
  const outputs = kind === 'code' ? ',"outputs":[],"execution_count":null' : '';
  const cell = `{"cell_type":"${kind}","metadata":{},"source":["# A cell\\n","of a notebook"]${outputs}}`;
  return `{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[${Array(cells).fill(cell).join(',')}]}`;
}
