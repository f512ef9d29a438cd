// Measures, on this machine: npm run bench -- [NAME] [--json] [and what the bench takes]
import { parseArgs } from 'node:util'
import { benchBounces } from '../support/accuracy/bounces.ts'
import { benchOrder } from '../support/accuracy/order.ts'
import { benchRefusals } from '../support/accuracy/refusals.ts'
import { benchTyped } from '../support/accuracy/typed.ts'
import { benchAttack } from './attack.ts'
import { benchBackTest } from './backtest.ts'
import { benchClose } from './close.ts'
import { benchImport } from './import.ts'
import { benchLike } from './like.ts'
import { benchMatch } from './match.ts'
import { benchMemory } from './memory.ts'
import { benchMonth } from './month.ts'
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

const BENCHES: Record<string, (args: string[]) => Promise<{ json: unknown; text: string }>> = {
  attack: benchAttack,
  backtest: benchBackTest,
  bounces: benchBounces,
  close: benchClose,
  import: benchImport,
  like: benchLike,
  match: benchMatch,
  memory: benchMemory,
  month: benchMonth,
  order: benchOrder,
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
}

const { positionals, tokens } = parseArgs({ strict: false, allowPositionals: true, tokens: true })
const [name = ''] = positionals
const bench = BENCHES[name]
if (!bench) {
  console.error(`npm run bench -- ${Object.keys(BENCHES).join('|')} [--json]`)
  process.exit(2)
}
const asJson = tokens.some((token) => token.kind === 'option' && token.name === 'json')
const { json, text } = await bench(process.argv.slice(process.argv.indexOf(name) + 1))
console.log(asJson ? JSON.stringify(json) : text)
