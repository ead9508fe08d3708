import { expect, test } from 'vitest';
import { extract } from '../../../../src/documents/extract.js';
import { documentOf, outline } from '../../structure.js';

const read = async (xml: string) => outline(await documentOf(xml, 'a.xml'));

test('DocBook: chapters, lists, notes and tables without their tags', async () => {
  const xml = `<?xml version="1.0"?>
<!DOCTYPE book [<!ENTITY prod "Pump &#38; Co"><!ENTITY file SYSTEM "file:///etc/passwd">]>
<book><title>Works</title>
<chapter><title>Valves</title><para>A <emphasis>valve</emphasis> of &prod; stops&nbsp;the flow<footnote><para>of water</para></footnote>; see <citerefentry><refentrytitle>tar</refentrytitle><manvolnum>1</manvolnum></citerefentry>.&file;</para>
<note><para>Mind the step.</para></note>
<itemizedlist><listitem><para>One</para></listitem><listitem><para>Two</para><para>More</para></listitem></itemizedlist>
<orderedlist><listitem><para>First</para></listitem><listitem><para>Second</para></listitem></orderedlist>
<variablelist><varlistentry><term>-q</term>
<listitem><para>Says nothing.</para></listitem></varlistentry></variablelist>
<programlisting>pump &lt;on&gt;
  go</programlisting>
<table>
<title>Flow</title><tgroup cols="2"><thead>
<row><entry>Name</entry><entry>Rate</entry></row></thead>
<tbody><row><entry><para>pump</para></entry><entry>3</entry></row></tbody></tgroup></table>
<indexterm><primary>hidden</primary></indexterm></chapter></book>`;
  const document = await documentOf(xml, 'a.docbook');
  expect(outline(document)).toEqual([
    '3 heading (1 Works) "Works"',
    '4 heading (2 Valves) "Valves"',
    '4 paragraph "A valve of Pump & Co stops the flow (of water); see tar(1).&file;"',
    '5 paragraph "NOTE: Mind the step."',
    '6 item "- One"',
    '6 item "- Two"',
    '6 paragraph "More"',
    '7 item "1. First"',
    '7 item "2. Second"',
    '9 item "- -q\\nSays nothing."',
    '10 code "pump <on>\\n  go"',
    '13 paragraph "Flow"',
    '14 table "Name | Rate\\npump | 3"',
  ]);
  expect(document.blocks.at(-1)!.context).toBe('Name | Rate');
});

test('other XML: values with their names, what stands in attributes, and HTML that is packed in', async () => {
  const xml =
    '<?xml version="1.0"?><catalog xmlns:x="urn:x"><pump id="1"><x:name>Skarn &amp; Co</x:name><desc><![CDATA[Runs <b>well</b>]]></desc></pump>\n<pump id="2" colour="red"><name>Alba</name></pump><string name="greeting">Hello</string><p>Mixed <i>words</i> here.</p></catalog>';
  expect(await read(xml)).toEqual([
    '1 record "pump 1\\nname: Skarn & Co\\ndesc: Runs well"',
    '2 record "pump id=2 colour=red\\nname: Alba"',
    '2 record "string greeting: Hello\\np: Mixed words here."',
  ]);
});

test('words at the end of an element do not lead back to its line', async () => {
  const lines = await read('<a>\n<b>\n<c>one</c>\n</b>\ntail</a>');
  expect(lines).toEqual(['3 record "c: one"', '3 record "tail"']);
});

test('XML that is not well-formed is read as far as it goes; what nests without end is not', async () => {
  expect(await read('<a><b>one</a><c>two</d></c>')).toEqual(['1 record "b: one"', '1 record "c: two"']);
  const deep = Buffer.from('<a>'.repeat(150_000));
  await expect(extract(deep, 'a.xml')).rejects.toMatchObject({ failure: 'malformed' });
});

test('XML: names as they are written, keys of lists of properties, and words of feeds', async () => {
  const list =
    '<plist><dict><key>Name</key><string>Pump</string><key>On</key><true/><key>Parts</key><array><string>a</string></array></dict></plist>';
  expect(await read(list)).toEqual(['1 record "Name: Pump\\nOn: true"', '1 record "Parts\\nstring: a"']);
  expect(await read('<project><artifactId>pump</artifactId></project>')).toEqual([
    '1 record "artifactId: pump"',
  ]);
  const feed = (root: string) => `<${root}><title>It&amp;#8217;s &amp;amp; more</title></${root}>`;
  expect(await read(feed('rss'))).toEqual(['1 record "title: It’s & more"']);
  expect(await read(feed('data'))).toEqual(['1 record "title: It&#8217;s &amp; more"']);
});

test('XML is known by its content, and by more endings', async () => {
  for (const name of ['a.unknown', 'a', 'a.kml', 'a.csproj', 'de.ts']) {
    const { documents } = await extract(Buffer.from('<?xml version="1.0"?><a><b>c</b></a>'), name);
    expect([name, documents[0]!.format, documents[0]!.text]).toEqual([name, 'xml', 'b: c']);
  }
  const { documents } = await extract(Buffer.from('export const a = 1;'), 'a.ts');
  expect(documents[0]!.format).toBe('code');
});

test('XML: readings of a word in TEI stand beside each other, choices in DITA are items', async () => {
  const tei =
    '<TEI><text><body><p>He <choice><sic>wnet</sic><corr>went</corr></choice>, see <choice><abbr>St.</abbr><expan>Saint</expan></choice> Ives.</p></body></text></TEI>';
  expect(await read(tei)).toEqual(['1 paragraph "He wnet went, see St. Saint Ives."']);
  const dita =
    '<task><title>T</title><taskbody><choices><choice>one</choice><choice>two</choice></choices></taskbody></task>';
  expect(await read(dita)).toEqual(['1 heading (1 T) "T"', '1 item "- one"', '1 item "- two"']);
});
