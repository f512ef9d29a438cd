import { freePort } from '../../../src/core/database/embedded-postgres.ts'
import { signLink } from '../../../src/subscribers/links.ts'
import { eventually } from '../../support/until.ts'
import type { Verdict } from '../battery-case.ts'
import { type Bench, withBench } from '../bench/delivery-bench.ts'
import { programWith, type WrongPart } from '../bench/wrong-part.ts'

const PEOPLE = 15
const AT_ONCE = 4
const SECRET = 'the-secret-of-both-processes-with-32-bytes'

interface Outcome {
  /** Answered before the token was revoked: all of them should be. */
  before: number
  /** Answered although their request began after the reply to the revocation. */
  after: number
  /** Other statuses than 200 and 401. */
  others: number[]
}

/**
 * Two processes of the site on one database. Subscribers make a token for an agent at the first, whose agent asks both.
 * Then they revoke it at the first while the agent asks, and the agent asks both again.
 */
export const revokeTokens = (part?: WrongPart): Promise<Outcome> =>
  withBench({ emails: PEOPLE, connections: 1 }, async (bench) => {
    const sites = await Promise.all([startSite(bench, part), startSite(bench, part)])
    const people = await bench.db.subscriber.findMany({ orderBy: { id: 'asc' } })
    const outcome: Outcome = { before: 0, after: 0, others: [] }
    for (const { id, epoch } of people) {
      const link = signLink({ purpose: 'manage', id, epoch, issuedAt: new Date() }, SECRET)
      await revokeOne(sites, `/manage/${link}`, outcome)
    }
    return outcome
  })

async function revokeOne([first = '', second = '']: string[], path: string, outcome: Outcome) {
  const token = await makeToken(first, path)
  const before = [await askAs(token, first), await askAs(token, second)]
  const during = Array.from({ length: AT_ONCE }, (_, i) => askAs(token, i % 2 ? second : first))
  await revokeToken(first, path)
  const after = [await askAs(token, first), await askAs(token, second)]
  outcome.before += before.filter((status) => status === 200).length
  outcome.after += after.filter((status) => status === 200).length
  const all = [...before, ...(await Promise.all(during)), ...after]
  outcome.others.push(...all.filter((status) => status !== 200 && status !== 401))
}

async function makeToken(site: string, path: string): Promise<string> {
  const shown = await submit(`${site}${path}/agents`, { name: 'agent' })
  return (await shown.text()).match(/dpat_[\w-]{43}/)?.[0] ?? 'none'
}

async function revokeToken(site: string, path: string): Promise<void> {
  const page = await (await fetch(`${site}${path}`)).text()
  const id = page.match(/agents\/revoke"><input type="hidden" name="id" value="(\d+)"/)?.[1] ?? ''
  const { status } = await submit(`${site}${path}/agents/revoke`, { id })
  if (status !== 200) throw new Error(`the revocation got ${status}`)
}

/** As a form, and the page that it leads to. */
const submit = (url: string, fields: Record<string, string>): Promise<Response> =>
  fetch(url, { method: 'POST', body: new URLSearchParams(fields) })

/** The status of a request of an agent. */
async function askAs(token: string, site: string): Promise<number> {
  const { status, body } = await fetch(`${site}/mcp`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
  })
  await body?.cancel()
  return status
}

async function startSite({ begin, settings }: Bench, part?: WrongPart): Promise<string> {
  const port = await freePort()
  const site = `http://127.0.0.1:${port}`
  const own = { PORT: String(port), BASE_URL: site, APP_SECRET: SECRET, LOG_LEVEL: 'fatal' }
  begin([...programWith(part, 'src/main.ts'), '--roles', 'web'], { ...settings, ...own })
  await eventually(async () => (await fetch(`${site}/ready`)).ok, { seconds: 240 })
  return site
}

export function revokedTokensVerdict({ before, after, others }: Outcome): Verdict {
  return {
    ok: before === 2 * PEOPLE && after === 0 && others.length === 0,
    n: `${PEOPLE} tokens, 2 processes, ${PEOPLE * (4 + AT_ONCE)} requests`,
    result: `answered before ${before}, after the revocation ${after}; other replies: ${others.join(', ') || 'none'}`,
  }
}
