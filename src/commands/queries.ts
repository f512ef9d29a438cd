import { type Explained, explainQuery } from '../flows/papers/explain-query.ts'
import type { AddCommands } from './command-line.ts'

export const addQueryCommands: AddCommands = (program, line) => {
  program
    .command('queries')
    .description('the query language')
    .command('explain')
    .description('why a query matches a paper or does not')
    .argument('<query>')
    .requiredOption('--paper <id>', 'an arXiv id such as 2507.06457, or our number')
    .action(
      line.action(async (deps, query: string, { paper }: { paper: string }) => {
        const explained = await explainQuery(deps, { query, paper })
        return { json: explained, text: textOf(explained) }
      }),
    )
}

const textOf = ({ understood, paper, reason, matches, missing, unwanted }: Explained): string =>
  [
    `Understood: ${understood}.`,
    `Paper ${paper.id}: ${paper.title}`,
    reason ? `${reason}.` : 'Not matched.',
    ...matches.map(({ term, where, found }) => `  ${term} → ${where}: ${found}`),
    ...missing.map((part) => `  It lacks: ${part}`),
    ...unwanted.map((part) => `  It has, though the query says not: ${part}`),
  ].join('\n')
