// Measures, on this machine: npm run bench -- --help
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { commentOf, exitWithUsage, optionsOrExit } from '../../scripts/options-or-exit.ts'
import { benchBounces } from '../support/accuracy/bounces.ts'
import { benchOrder } from '../support/accuracy/order.ts'
import { benchRefusals } from '../support/accuracy/refusals.ts'
import { benchTyped } from '../support/accuracy/typed.ts'
import { benchAttack } from './attack.ts'
import { benchBackTest } from './backtest.ts'
import { benchCitations } from './citations.ts'
import { benchClose } from './close.ts'
import { benchFeeds } from './feeds.ts'
import { benchImport } from './import.ts'
import { benchLike } from './like.ts'
import { benchMatch } from './match.ts'
import { benchMemory } from './memory.ts'
import { benchMonth } from './month.ts'
import { benchPapersADay } from './papers-a-day.ts'
import { benchProfile } from './profile.ts'
import { benchPrune } from './prune.ts'
import { benchRelevance } from './relevance.ts'
import { benchScale } from './scale.ts'
import { benchSearch } from './search.ts'
import { benchSend } from './send.ts'
import { benchSmallMachine } from './small-machine.ts'
import { benchStart } from './start.ts'
import { benchTerms } from './terms.ts'
import { benchTex } from './tex.ts'
import { benchWalks } from './walks.ts'
import { benchWeb } from './web.ts'
import { benchWeek } from './week.ts'

const BENCHES: Record<string, (args: string[]) => Promise<{ json: unknown; text: string }>> = {
  attack: benchAttack,
  backtest: benchBackTest,
  bounces: benchBounces,
  citations: benchCitations,
  close: benchClose,
  feeds: benchFeeds,
  import: benchImport,
  like: benchLike,
  match: benchMatch,
  memory: benchMemory,
  month: benchMonth,
  order: benchOrder,
  'papers-a-day': benchPapersADay,
  profile: benchProfile,
  prune: benchPrune,
  refusals: benchRefusals,
  relevance: benchRelevance,
  scale: benchScale,
  search: benchSearch,
  send: benchSend,
  'small-machine': benchSmallMachine,
  start: benchStart,
  terms: benchTerms,
  tex: benchTex,
  typed: benchTyped,
  walks: benchWalks,
  web: benchWeb,
  week: benchWeek,
}

/** Each file begins with what its bench measures and how to run it. */
const commentOn = (name: string): string => {
  const files = [`${name}.ts`, `../support/accuracy/${name}.ts`].map((file) =>
    join(import.meta.dirname, file),
  )
  return commentOf(files.find(existsSync)!)
}

const summaryOf = (name: string): string => commentOn(name).split(/[:.]\s/)[0]!

const USAGE = `npm run bench -- NAME [--help] [--json] [OPTION …]
Measures on this machine. NAME --help prints what a bench measures, and its options.

${Object.keys(BENCHES)
  .map((name) => `  ${name.padEnd(15)}${summaryOf(name)}\n`)
  .join('')}`

const [name = '', ...args] = process.argv.slice(2)
const usage = Object.hasOwn(BENCHES, name) ? commentOn(name) : USAGE
const bench = optionsOrExit(() => {
  const named = BENCHES[name]
  if (!named) throw new Error(name ? `There is no bench "${name}".` : 'Name a bench.')
  return named
}, usage)
try {
  const { json, text } = await bench(args)
  console.log(args.includes('--json') ? JSON.stringify(json) : text)
} catch (error) {
  // A bench reads its options before it starts anything.
  if (!/^(ERR_PARSE_ARGS|usage\.wrong)/.test((error as { code?: string }).code ?? '')) throw error
  exitWithUsage(error, usage)
}
