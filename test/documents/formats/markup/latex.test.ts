import { expect, test } from 'vitest';
import { documentOf, outline } from '../../structure.js';

const read = async (text: string) => outline(await documentOf(text, 'a.tex'));

test('LaTeX: the body under its sections, without commands, comments and what stands before it', async () => {
  const file = [
    '\\documentclass[a4paper]{article}',
    '\\usepackage{amsmath} % \\title{Not this}',
    '\\title{The \\emph{Works}}\\author{Ann Bee}',
    '\\begin{document}',
    '\\maketitle',
    '\\section{Valves \\& Co}\\label{sec:valves}',
    'A valve \\emph{stops} the flow~\\cite{x}. % a comment',
    "It is 50\\% of \\textbf{all {parts}}---see \\href{https://example.org}{the ``site''}\\footnote{Or \\url{b.org}.}.",
    '',
    'Sch\\"on, caf\\\'e, na\\"{\\i}ve, \\ss\\ and \\c{c}a \\ldots{} end.',
    '\\subsection*{Parts}',
    '\\begin{itemize}',
    '\\item One',
    '\\item[Two] More',
    '\\begin{enumerate}\\item Inner\\end{enumerate}',
    '\\end{itemize}',
    '\\begin{verbatim}',
    'a % b {',
    '\\end{verbatim}',
    '\\funcline{open}{path}',
    '',
    'Flow is $\\alpha \\leq 2$:',
    '\\begin{equation}\\label{e}',
    'E = mc^2',
    '\\end{equation}',
    '\\end{document}',
  ];
  expect(await read(file.join('\n'))).toEqual([
    '3 heading (1 The Works) "The Works"',
    '3 paragraph "Ann Bee"',
    '6 heading (4 Valves & Co) "Valves & Co"',
    '7 paragraph "A valve stops the flow. It is 50% of all parts—see the “site” (Or b.org.)."',
    '10 paragraph "Schön, café, naïve, ß and ça … end."',
    '11 heading (5 Parts) "Parts"',
    '13 item "- One"',
    '14 item "- Two: More"',
    '15 item "  1. Inner"',
    '18 code "a % b {"',
    '20 paragraph "open path"',
    '22 paragraph "Flow is α ≤ 2:"',
    '23 paragraph "E = mc^2"',
  ]);
});

test('LaTeX: a table keeps its columns, and its header goes with its rows', async () => {
  const file =
    '\\begin{table}\\caption{Flow}\\begin{tabular}{l|r}\\hline\nName & Rate \\\\ \\hline\npump & 3 \\\\\nvalve & \\textbf{4}\\\\[2pt]\n\\end{tabular}\\end{table}\nAfter.';
  const document = await documentOf(file, 'a.tex');
  expect(outline(document)).toEqual([
    '1 paragraph "Flow"',
    '1 table "Name | Rate\\npump | 3\\nvalve | 4"',
    '6 paragraph "After."',
  ]);
  expect(document.blocks[1]!.context).toBe('Name | Rate');
});

test('LaTeX of pandoc: sections within targets, numbers of lists, code in colours, heads of long tables', async () => {
  const file = [
    '\\hypertarget{start}{%',
    '\\section{Start}\\label{start}}',
    '',
    'Flow is \\(\\frac{a}{b}\\) or \\(\\frac{a+1}{\\alpha}\\).',
    '',
    '\\begin{enumerate}',
    '\\def\\labelenumi{\\arabic{enumi}.}',
    '\\tightlist',
    '\\item',
    '  First',
    '\\end{enumerate}',
    '',
    '\\begin{longtable}[]{@{}ll@{}}',
    '\\toprule',
    'Code & Meaning \\\\',
    '\\midrule',
    '\\endfirsthead',
    '\\toprule',
    'Code & Meaning \\\\',
    '\\midrule',
    '\\endhead',
    'more & below \\\\',
    '\\endfoot',
    'E1 & Hot \\\\',
    '\\end{longtable}',
    '',
    '\\begin{Shaded}',
    '\\begin{Highlighting}[]',
    '\\KeywordTok{if}\\NormalTok{ a }\\OperatorTok{\\%}\\NormalTok{ b\\_c \\{}',
    '    \\ControlFlowTok{return} \\StringTok{"\\textbackslash{}n"}',
    '\\end{Highlighting}',
    '\\end{Shaded}',
  ].join('\n');
  const document = await documentOf(file, 'a.tex');
  expect(outline(document).map((line) => line.replace(/^\d+ /, ''))).toEqual([
    'heading (4 Start) "Start"',
    'paragraph "Flow is a/b or (a+1)/α."',
    'item "1. First"',
    'table "Code | Meaning\\nE1 | Hot"',
    'code "if a % b_c {\\n    return \\"\\\\n\\""',
  ]);
});

test('LaTeX: commands of the document set their words, what is never shown is left out', async () => {
  const file = [
    '\\newcommand{\\sys}{\\textsc{PumpDB}\\xspace}',
    '\\newcommand{\\eg}{e.g.\\ }',
    '\\newcommand{\\todo}[1]{}',
    '\\newcommand{\\pair}[2][x]{(#1, #2)}',
    '\\newcommand\\R{\\mathbb{R}}',
    '\\def\\pump#1{\\sys #1}',
    '\\def\\rec{\\rec\\rec}',
    '\\renewcommand{\\section}{none}',
    '\\newcommand{\\box}{\\begin{center}x\\end{center}}',
    '\\begin{document}',
    '\\section{About \\sys}',
    '\\sys is fast, \\sys{} too, \\eg here.\\todo{hidden} \\pair{b}\\pair[a]{b} $x\\in\\R$ \\pump{one}\\rec \\box',
    '\\iffalse hidden \\ifx a\\b \\fi more \\else shown \\fi end \\iffalse to the end',
    '\\begin{align} a &= b \\\\ c &= d \\end{align}',
    '\\end{document}',
    'behind',
  ];
  expect(await read(file.join('\n'))).toEqual([
    '11 heading (4 About PumpDB) "About PumpDB"',
    '12 paragraph "PumpDB is fast, PumpDB too, e.g. here. (x, b)(a, b) x∈R PumpDB one shown end to the end"',
    '14 paragraph "a = b c = d"',
  ]);
});

test.each([
  ['\\SI{25}{\\celsius}', '25 °C'],
  ['\\qty[mode=text]{3}{\\metre\\per\\second}', '3 m/s'],
  ['\\SI{9.81}{m.s^{-2}}', '9.81 m·s⁻²'],
  ['\\num{1.5e-3}', '1.5 × 10^-3'],
  ['\\num{1 +- 0.1}', '1 ± 0.1'],
  ['\\ang{30;15}', '30° 15′'],
  ['\\SIrange{1}{2}{\\kilo\\gram}', '1 to 2 kg'],
  ['\\qtylist{1;2;3}{\\milli\\second}', '1, 2, 3 ms'],
  ['\\unit{\\kilo\\watt\\hour}', 'kW·h'],
  ['\\si{\\square\\metre} $\\SI{5}{\\percent}$', 'm² 5 %'],
  ['na\\"\\i ve', 'naïve'],
])('LaTeX: %s', async (latex, shown) => {
  expect(await read(`It is ${latex} now.`)).toEqual([`1 paragraph "It is ${shown} now."`]);
});
