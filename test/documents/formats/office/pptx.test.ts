import { describe, expect, test } from 'vitest';
import { extract } from '../../../../src/documents/extract.js';
import { zip } from '../../../helpers/zip.js';
import { documentOf, fixture, outline } from '../../structure.js';

const namespaces =
  'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"';
const paragraph = (text: string, properties = '') => `<a:p>${properties}<a:r><a:t>${text}</a:t></a:r></a:p>`;
const shape = (body: string, placeholder = '') =>
  `<p:sp><p:nvSpPr><p:nvPr>${placeholder}</p:nvPr></p:nvSpPr><p:txBody>${body}</p:txBody></p:sp>`;
const slide = (shapes: string) =>
  `<p:sld ${namespaces}><p:cSld><p:spTree>${shapes}</p:spTree></p:cSld></p:sld>`;

/** A presentation of these slides. */
function deck(slides: string[], parts: Record<string, string> = {}): Buffer {
  const ids = slides.map((_, i) => `<p:sldId r:id="s${i}"/>`).join('');
  const relations = slides.map(
    (_, i) => `<Relationship Id="s${i}" Type="x/slide" Target="slides/s${i}.xml"/>`,
  );
  const bodies = slides.map((shapes, i) => [`ppt/slides/s${i}.xml`, slide(shapes)]);
  return zip({
    'ppt/presentation.xml': `<p:presentation ${namespaces}><p:sldIdLst>${ids}</p:sldIdLst></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': `<Relationships>${relations.join('')}</Relationships>`,
    ...Object.fromEntries(bodies),
    ...parts,
  });
}

const read = async (slides: string[], parts?: Record<string, string>) =>
  outline(await documentOf(deck(slides, parts), 'a.pptx'));

describe('PPTX', () => {
  test('reads slides, lists, tables, charts and notes', async () => {
    const document = await documentOf(fixture('bees.pptx'), 'bees.pptx');
    expect(document.format).toBe('pptx');
    expect(outline(document)).toEqual([
      'p1:1 heading (1 Keeping bees) "Keeping bees"',
      'p1:3 paragraph "A talk in spring"',
      'p2:5 heading (1 The hive in spring) "The hive in spring"',
      'p2:7 item "- Check the queen."',
      'p2:8 item "  - Mark her & note it."',
      'p2:9 item "- Clean the floor."',
      'p2:11 paragraph "Bring the smoker."',
      'p3:13 table (1 Slide 3) "month | weight | frames\\nMay | 14 kg | 9\\nJune | 21 kg | 10"',
      'p3:17 paragraph "Honey by month"',
      'p3:19 table " | Honey\\nMay | 3\\nJune | 11"',
    ]);
    expect(document.blocks.map(({ context }) => context).filter(Boolean)).toEqual([
      'month | weight | frames',
      '| Honey',
    ]);
  });

  test('puts the title first, and leaves out what every slide repeats', async () => {
    const slides = [1, 2].map((number) =>
      [
        shape(paragraph('Body.')),
        shape(paragraph(`Title ${number}`), '<p:ph type="title"/>'),
        shape(paragraph('ACME'), '<p:ph type="ftr"/>'),
        shape(paragraph(`${number}`), '<p:ph type="sldNum"/>'),
        shape(`<a:p><a:fld type="slidenum"><a:t>${number}</a:t></a:fld></a:p>`),
      ].join(''),
    );
    expect(await read(slides)).toEqual([
      'p1:1 heading (1 Title 1) "Title 1"',
      'p1:3 paragraph "Body."',
      'p1:5 paragraph "ACME"',
      'p2:7 heading (1 Title 2) "Title 2"',
      'p2:9 paragraph "Body."',
    ]);
  });

  test('numbers paragraphs as the slide shows them', async () => {
    const numbered = (text: string, type: string, level = 0) =>
      paragraph(text, `<a:pPr lvl="${level}"><a:buAutoNum type="${type}" startAt="3"/></a:pPr>`);
    const body = [
      numbered('C', 'arabicPeriod'),
      numbered('Ca', 'alphaLcParenR', 1),
      numbered('Cb', 'alphaLcParenR', 1),
      numbered('D', 'arabicPeriod'),
      numbered('Da', 'alphaLcParenR', 1),
    ].join('');
    expect(await read([shape(body)])).toEqual([
      'p1:1 item (1 Slide 1) "3. C"',
      'p1:2 item "  c) Ca"',
      'p1:3 item "  d) Cb"',
      'p1:4 item "4. D"',
      'p1:5 item "  c) Da"',
    ]);
  });

  test('reads groups, formulas, diagrams, descriptions of pictures and comments once each', async () => {
    const formula = '<m:oMath><m:r><m:t>a+b=c</m:t></m:r></m:oMath>';
    const shapes = [
      `<p:grpSp>${shape(paragraph('Grouped.'))}</p:grpSp>`,
      `<mc:AlternateContent><mc:Choice Requires="a14">${shape(`<a:p><a14:m>${formula}</a14:m></a:p>`)}</mc:Choice><mc:Fallback>${shape(paragraph('formula'))}</mc:Fallback></mc:AlternateContent>`,
      '<p:graphicFrame><a:graphic><a:graphicData><dgm:relIds xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" r:dm="d"/></a:graphicData></a:graphic></p:graphicFrame>',
      '<p:pic><p:nvPicPr><p:cNvPr descr="A hive in snow"/></p:nvPicPr></p:pic>',
      '<p:pic><p:nvPicPr><p:cNvPr descr="IMG_0042.jpg"/></p:nvPicPr></p:pic>',
    ];
    const parts = {
      'ppt/slides/_rels/s0.xml.rels':
        '<Relationships><Relationship Id="d" Type="x/diagramData" Target="../d.xml"/><Relationship Id="c" Type="x/comments" Target="../c.xml"/></Relationships>',
      'ppt/d.xml': `<d:dataModel xmlns:d="http://schemas.openxmlformats.org/drawingml/2006/diagram" ${namespaces}><d:ptLst><d:pt><d:t>${paragraph('Spring')}</d:t></d:pt></d:ptLst></d:dataModel>`,
      'ppt/c.xml': `<p:cmLst ${namespaces}><p:cm><p:text>Is it so?</p:text></p:cm></p:cmLst>`,
    };
    expect(await read([shapes.join('')], parts)).toEqual([
      'p1:1 paragraph (1 Slide 1) "Grouped."',
      'p1:3 paragraph "a+b=c"',
      'p1:5 item "- Spring"',
      'p1:7 paragraph "A hive in snow"',
      'p1:9 paragraph "Comment: Is it so?"',
    ]);
  });

  test('takes slides by their numbers where their list is missing', async () => {
    const parts = [10, 9].map((number) => [
      `ppt/slides/slide${number}.xml`,
      slide(shape(paragraph(`No ${number}`))),
    ]);
    expect(outline(await documentOf(zip(Object.fromEntries(parts)), 'a.pptx'))).toEqual([
      'p1:1 paragraph (1 Slide 1) "No 9"',
      'p2:3 paragraph (1 Slide 2) "No 10"',
    ]);
  });

  test('ends in a code where a part is encrypted, declares entities, or nests without end', async () => {
    const failure = (bytes: Buffer) => expect(extract(bytes, 'a.pptx')).rejects;
    await failure(zip({ 'ppt/presentation.xml': 'x' }, 1)).toMatchObject({ failure: 'encrypted' });
    const entity = '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>';
    await failure(zip({ 'ppt/presentation.xml': entity })).toMatchObject({ failure: 'malformed' });
    await failure(deck(['<p:grpSp>'.repeat(100_000)])).toMatchObject({ failure: 'malformed' });
    await failure(zip({ 'readme.txt': 'x' })).toMatchObject({ failure: 'malformed' });
  });
});
