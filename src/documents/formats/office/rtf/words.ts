// Control words of RTF: what each means for the text.

const set = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** Groups without text for a reader. */
export const quietGroups = set(
  'colortbl info pict objdata objclass objname fldinst datafield formfield bkmkstart bkmkend xe tc tcn rxe listtable ' +
    'listoverridetable rsidtbl revtbl filetbl generator themedata colorschememapping latentstyles datastore xmlnstbl ' +
    'nonshppict sp atnid atnauthor atntime atnicn atnref atndate atnparent atrfstart atrfend annotationref template ' +
    'ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn pnseclvl pntxta pntxtb pgptbl mmathPr wgrffmtfilter fontemb fontfile ' +
    'panose falt docvar userprops keycode background shpgrp do factoidname abiframeprops abicellprops abitableprops',
);
/** Groups marked as unknown to old readers that hold text all the same. */
export const textGroups = set('shpinst moMath moMathPara mmath fldrslt footnote annotation listtext');
/** Groups with a text of their own, which isn't part of the paragraph around it. */
export const storyGroups = set(
  'footnote annotation header headerl headerr headerf footer footerl footerr footerf shptxt',
);
export const runningGroups = set('header headerl headerr headerf footer footerl footerr footerf');

/** Characters that have words. */
export const characters: ReadonlyMap<string, string> = new Map(
  Object.entries({
    tab: '\t',
    line: '\n',
    lbr: '\n',
    emdash: '—',
    endash: '–',
    lquote: '‘',
    rquote: '’',
    ldblquote: '“',
    rdblquote: '”',
    bullet: '•',
    emspace: ' ',
    enspace: ' ',
    qmspace: ' ',
    nestcell: ' ',
    nestrow: '\n',
    softline: '\n',
    column: '\n',
  }),
);
