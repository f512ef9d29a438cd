import { rmSync } from 'node:fs'
import { styleText } from 'node:util'
import type { ParsedMail } from 'mailparser'
import { type Demo, removeDemo, startDemo } from './demo.ts'

const ADDRESS = 'newcomer@reader.example'
const TOPIC = '"linear attention"'
const IN_PARIS = 'paris@reader.example'

type Step = [what: string, walk: () => Promise<string>]

/**
 * Walks the main job without a terminal, in a demo of its own: subscribe, confirm, welcome, ingest, digest, read,
 * one-click unsubscribe, nothing the next day; then the days of a reader in Paris, and the admin pages. Prints a line for
 * each step; true if every one held.
 */
export async function checkDemo(folder: string, port?: number): Promise<boolean> {
  const begun = performance.now()
  await removeDemo(folder)
  const demo = await startDemo({ folder, port: port ?? 0, beforeTodaysPapers: true })
  let held = true
  try {
    for (const [what, walk] of steps(demo)) {
      held = await tryStep(what, walk)
      if (!held) break
    }
  } finally {
    await demo.stop()
    await removeDemo(folder)
    rmSync(folder, { recursive: true, force: true })
  }
  const seconds = ((performance.now() - begun) / 1000).toFixed(1)
  console.log(
    held
      ? `Everything held, in ${seconds} s.`
      : `Stopped at the first step that did not hold, after ${seconds} s.`,
  )
  return held
}

async function tryStep(what: string, walk: () => Promise<string>): Promise<boolean> {
  try {
    console.log(`${styleText('green', '✔')} ${what.padEnd(22)} ${await walk()}`)
    return true
  } catch (error) {
    console.log(
      `${styleText('red', '✘')} ${what.padEnd(22)} ${error instanceof Error ? error.message : error}`,
    )
    return false
  }
}

function steps(demo: Demo): Step[] {
  let digest: ParsedMail
  let earlier: Set<string>
  return [
    [
      'subscribe',
      async () => {
        await post(`${demo.site}/subscribe`, { email: ADDRESS, topic: TOPIC }, 303)
        return `${TOPIC} by the form of the site`
      },
    ],
    [
      'confirm',
      async () => {
        const mail = await nextMail(demo, 1)
        const link = find(mail.text, /http\S+\/confirm\/\S+/, 'a link in the confirmation')
        await post(link, {}, 303)
        return `by the button behind the link in “${mail.subject}”`
      },
    ],
    [
      'welcome',
      async () => {
        const mail = await nextMail(demo, 2)
        must(/^Welcome: /.test(mail.subject ?? ''), `“${mail.subject}” arrived instead of a welcome`)
        earlier = papersIn(mail)
        must(earlier.size > 0, 'the welcome email has no papers')
        return `“${mail.subject}”, ${earlier.size} papers to begin with`
      },
    ],
    [
      'ingest',
      async () => {
        const before = await papersOnSite(demo)
        await demo.bringPapers()
        const after = await papersOnSite(demo)
        must(
          after.day !== before.day && after.count > 0,
          `the site has ${after.count} papers of ${after.day}`,
        )
        return `${after.count} papers of ${after.day} on the site`
      },
    ],
    [
      'digest',
      async () => {
        const { at, planned } = await demo.sendDigests()
        must(planned === 1, `${planned} digests were planned, not 1`)
        digest = await nextMail(demo, 3)
        return `“${digest.subject}” at ${at?.toISOString().slice(11, 16)} UTC`
      },
    ],
    [
      'read the email',
      async () => {
        const html = digest.html || ''
        must(
          /linear attention/i.test(digest.text ?? '') && /linear attention/i.test(html),
          'the topic is missing in the email',
        )
        must(/class="hit"/.test(html), 'the words that matched are not marked')
        const papers = papersIn(digest)
        must(papers.size > 0, 'the email has no papers')
        must(![...papers].some((paper) => earlier.has(paper)), 'a paper of the welcome was sent again')
        return `${papers.size} papers with their reasons, ${Math.round(html.length / 1000)} kB`
      },
    ],
    [
      'one-click unsubscribe',
      async () => {
        const list = digest.headers.get('list') as { unsubscribe?: { url?: string } } | undefined
        const link = list?.unsubscribe?.url ?? ''
        must(link.startsWith(demo.site), 'the email has no List-Unsubscribe address')
        await post(link, { 'List-Unsubscribe': 'One-Click' }, 200)
        return 'by the POST that mail programs make'
      },
    ],
    [
      'nothing the next day',
      async () => {
        const before = (await demo.mailbox.mails()).length
        must((await demo.nextDay()) !== undefined, 'there is no next day in the sample papers')
        const { planned } = await demo.sendDigests()
        const after = (await demo.mailbox.mails()).length
        must(planned === 0 && after === before, `${after - before} more emails were sent`)
        return `${after} emails in all`
      },
    ],
    [
      'subscribe in Paris',
      async () => {
        const before = (await demo.mailbox.mails()).length
        const fields = { email: IN_PARIS, topic: TOPIC, zone: 'Europe/Paris', hour: '8' }
        await post(`${demo.site}/subscribe`, fields, 303)
        const confirmation = await nextMail(demo, before + 1)
        await post(find(confirmation.text, /http\S+\/confirm\/\S+/, 'a link in the confirmation'), {}, 303)
        const mail = await nextMail(demo, before + 2)
        return `for 08:00 there; “${mail.subject}”`
      },
    ],
    [
      'each day in Paris',
      async () => {
        const seen = new Set<string>()
        let days = 0
        do {
          const { at, planned, emails } = await demo.sendDigests()
          must(
            planned === 1 && emails.length === 1,
            `${planned} digests were planned on day ${days + 1}, not 1`,
          )
          must(hourIn('Europe/Paris', at) === 8, `it was sent at ${at?.toISOString()}`)
          const mail = (await demo.mailbox.mails()).at(-1)!
          for (const paper of papersIn(mail)) must(!seen.has(paper), `${paper} was sent twice`)
          for (const paper of papersIn(mail)) seen.add(paper)
          days++
        } while (await demo.nextDay())
        return `${days} digests on ${days} days with ${seen.size} papers, none twice`
      },
    ],
    [
      'admin pages',
      async () => {
        const admin = `${demo.site}/admin`
        const wrong = await post(`${admin}/login`, { password: 'not the password' }, 403)
        must(wrong.headers.getSetCookie().length === 0, 'a wrong password got a cookie')
        const login = await post(`${admin}/login`, { password: demo.adminPassword }, 303)
        const cookie = login.headers.getSetCookie().join().split(';')[0] ?? ''
        const page = await fetch(admin, { headers: { cookie }, redirect: 'manual' })
        must(page.status === 200, `GET /admin answered ${page.status}, not 200`)
        return 'open with the password that the desk shows'
      },
    ],
  ]
}

const hourIn = (timeZone: string, at?: Date): number =>
  Number(at && new Intl.DateTimeFormat('en', { timeZone, hour: 'numeric', hourCycle: 'h23' }).format(at))

/** The text part links to a paper's place in the digest, the HTML to its page. */
const papersIn = ({ html }: ParsedMail): Set<string> =>
  new Set((html || '').match(/\/papers\/\d{4}\.\d{4,5}/g))

function must(held: boolean, otherwise: string): asserts held {
  if (!held) throw new Error(otherwise)
}

function find(text: string | undefined, pattern: RegExp, what: string): string {
  const found = text?.match(pattern)?.[0]
  if (!found) throw new Error(`there is no ${what}`)
  return found
}

async function post(url: string, fields: Record<string, string>, expected: number): Promise<Response> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' })
  must(response.status === expected, `POST answered ${response.status}, not ${expected}`)
  return response
}

async function papersOnSite(demo: Demo): Promise<{ day: string; count: number }> {
  const day = demo.today()
  const page = await (await fetch(`${demo.site}/papers/date/${day}`)).text()
  return { day, count: page.match(/<article/g)?.length ?? 0 }
}

// A worker sends the email within a moment of the request that asked for it.
export async function nextMail(demo: Demo, count: number): Promise<ParsedMail> {
  for (let tries = 0; tries < 100; tries++) {
    const mails = await demo.mailbox.mails()
    if (mails.length >= count) return mails[count - 1]!
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`email ${count} did not arrive within 10 s`)
}
