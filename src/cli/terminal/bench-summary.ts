// What a measurement says on the page of a step of GitHub Actions.
import type { BaselineComparison } from '../../bench/report/baseline.js';
import type { BenchReport } from '../../bench/report/report.js';
import { speedOf, timesOf, verdictOf } from '../../bench/report/words.js';
import { whole } from '../../text/plural.js';
import { printable, say } from '../../text/printable.js';
import { foreign, type StepSummary } from './step-summary.js';

export function summaryOfBench(report: BenchReport, comparison?: BaselineComparison): StepSummary {
  const { texts, targets } = report;
  return {
    title: say`embed bench`,
    rows: [
      [say`Texts`, say`${whole(texts.count)}, ${whole(texts.tokens)} tokens each on average`],
      ...targets.flatMap((target) =>
        verdictOf(target, report.again).map((line) => [foreign(target.name), foreign(line)]),
      ),
    ],
    list: {
      title: say`Against the baseline`,
      rows: (comparison?.changes ?? []).map(({ role, target, before, now, ratio }) => [
        foreign(target),
        printable(role === 'individual' ? 'one at a time' : role, 40),
        printable(`${speedOf(before.textsPerSecond)} → ${speedOf(now.textsPerSecond)} texts/s`, 100),
        printable(timesOf(ratio), 200),
      ]),
    },
  };
}
