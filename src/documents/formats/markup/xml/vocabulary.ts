// What elements mean for the text, in DocBook, DITA, JATS and TEI.

const set = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** Outermost elements of files that are written to be read. */
export const proseRoots = set(
  'book article chapter part section sect1 sect2 sect3 sect4 sect5 refentry reference appendix preface set glossary ' +
    'bibliography refsect1 refsection simplesect topic concept task dita tei tei.2 teicorpus bookmap troubleshooting',
);
export const sections = set(
  'book part chapter article section sect1 sect2 sect3 sect4 sect5 refsect1 refsect2 refsect3 refsection refsynopsisdiv ' +
    'simplesect appendix preface glossary bibliography refentry reference set dedication colophon topic concept task ' +
    'div div1 div2 div3 div4 sec app abstract ack ref-list qandadiv qandaset troubleshooting partintro',
);
export const headings = set('title head article-title refmeta');
/** Elements whose title is a caption, not a heading. */
export const captioned = set(
  'figure informalfigure table informaltable example informalexample table-wrap fig equation procedure itemizedlist orderedlist ' +
    'variablelist note tip warning caution important sidebar formalpara blockquote simplelist calloutlist step list boxed-text ' +
    'bridgehead segmentedlist msgset productionset biblioentry bibliomixed citation ref mixed-citation element-citation',
);
export const code = set(
  'programlisting screen literallayout synopsis codeblock pre msgblock lines eg cmdsynopsis funcsynopsisinfo code-block preformat',
);
/** Elements that begin and end a paragraph. */
export const blocks = set(
  'para simpara p formalpara bridgehead subtitle caption blockquote quote-block disp-quote attribution refnamediv refpurpose note tip ' +
    'warning caution important sidebar example figure shortdesc cmd info result context prereq stepresult l lg lb ab ' +
    'author editor date releaseinfo copyright question answer abstract disp-formula equation legalnotice callout epigraph ' +
    'bibliomixed biblioentry ref funcprototype funcsynopsis textobject mediaobject table informaltable tgroup thead tbody alt alt-title ' +
    'pubdate edition volumenum contrib aff kwd-group pub-date license fn-group body front back teiheader filedesc sourcedesc publicationstmt',
);
export const items = set('listitem li item step substep member callout');
/** Readings of one word, such as the written and the right one (TEI); their words are apart. */
export const readings = set('choice subst app');
/** What is said of a term. */
export const definitions = set('listitem dd def glossdef answer');
export const terms = set('varlistentry dlentry def-item glossentry qandaentry');
export const lists = set(
  'itemizedlist orderedlist ul ol list simplelist procedure steps substeps calloutlist choices',
);
export const numbered = set('orderedlist ol procedure steps substeps');
export const rows = set('row tr strow sthead');
export const cells = set('entry td th stentry');
export const tables = set('table informaltable table-wrap simpletable tgroup');
export const labels: ReadonlyMap<string, string> = new Map(
  ['note', 'tip', 'warning', 'caution', 'important'].map((name) => [name, `${name.toUpperCase()}: `]),
);
/** Their words stand in brackets within the paragraph. */
export const notes = set('footnote fn');
/** Without words for a reader. */
export const skipped = set(
  'indexterm index-entry remark revhistory primary secondary tertiary anchor toc index colspec spanspec keywordset subjectset ' +
    'biblioid issn isbn printhistory imagedata object-id article-id journal-id indexentry prolog related-links encodingdesc ' +
    'profiledesc revisiondesc refmiscinfo inline-graphic graphic tex-math publisherinfo draft-comment required-cleanup',
);
/** Words of these are apart from those of the next element. */
export const spaced = set(
  'firstname surname othername honorific lineage given-names personname orgname affiliation email year holder kwd institution ' +
    'country city refname term dt arg group void paramdef funcdef street term glossterm seg bibl biblscope publisher pubplace',
);
