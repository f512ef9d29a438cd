import { simpleParser } from 'mailparser'
import { type DefaultTreeAdapterMap, parse } from 'parse5'
import type { Verdict } from '../battery-case.ts'
import { withDoors } from './world.ts'

/** When the day's votes are in, for somebody without topics. */
const TOMORROW = new Date('2026-11-25T08:30:00Z')

type Node = DefaultTreeAdapterMap['node']
type Element = DefaultTreeAdapterMap['element']

const NEVER = new Set([
  'iframe',
  'object',
  'embed',
  'base',
  'svg',
  'math',
  'video',
  'audio',
  'frame',
  'applet',
])
const LINKS = new Set(['href', 'src', 'action', 'formaction', 'poster', 'background', 'srcset'])
// Controls, and what turns the direction of a text around; joiners belong to words.
const UNSEEN = /[\p{Cc}--[\t\r\n]]|\p{Bidi_Control}|\ufeff/v

/** Hostile titles, abstracts, authors and links on every page and in every mail that shows them. */
export function markupStaysText(): Promise<Verdict> {
  return withDoors(async ({ app, routes, pathOf, mails, clock, deliver }) => {
    clock.moveTo(TOMORROW)
    await deliver()
    const faults: string[] = []
    const looked = { pages: 0, mails: 0 }
    const paths = routes.filter(({ method }) => method === 'GET').map(pathOf)
    const papers = Array.from({ length: 12 }, (_, i) => `/papers/2511.${String(i + 1).padStart(5, '0')}`)
    for (const path of [...new Set([...paths, ...papers])]) {
      if (!path || path.startsWith('/assets/')) continue
      const { headers, body } = await app.inject({ url: path, headers: { accept: 'text/html' } })
      if (!String(headers['content-type']).startsWith('text/html')) continue
      looked.pages++
      faults.push(...faultsOfPage(body).map((fault) => `${masked(path)}: ${fault}`))
    }
    for (const { text } of mails) {
      looked.mails++
      faults.push(...(await faultsOfMail(text)).map((fault) => `mail: ${fault}`))
    }
    return {
      ok: faults.length === 0 && looked.pages > 10 && looked.mails >= 3,
      n: `12 hostile papers, ${looked.pages} pages, ${looked.mails} mails`,
      result: faults.length > 0 ? faults.slice(0, 5).join('; ') : 'text everywhere',
    }
  })
}

const masked = (path: string): string => path.replace(/[\w-]{40,}/, 'TOKEN')

const faultsOfPage = (html: string): string[] => [
  ...faultsOf(parse(html), { scripts: true, styles: false }),
  ...(UNSEEN.test(html) ? ['a control or bidi character'] : []),
]

async function faultsOfMail(raw: string): Promise<string[]> {
  const mail = await simpleParser(raw)
  const text = mail.text ?? ''
  return [
    ...(typeof mail.html === 'string' ? faultsOf(parse(mail.html), { scripts: false, styles: true }) : []),
    ...(UNSEEN.test(text) ? ['a control or bidi character in the text part'] : []),
    ...(/^bcc:/im.test(raw.split(/\r?\n\r?\n/)[0]!) ? ['a header field from a title'] : []),
    ...(UNSEEN.test(mail.subject ?? '') ? ['a control in the subject'] : []),
  ]
}

interface Allowed {
  /** Files of our own, by src. */
  scripts: boolean
  /** Ours in a mail, where there are no files. */
  styles: boolean
}

function faultsOf(node: Node, allowed: Allowed): string[] {
  const own = 'tagName' in node ? faultsOfElement(node, allowed) : []
  return 'childNodes' in node ? [...own, ...node.childNodes.flatMap((one) => faultsOf(one, allowed))] : own
}

function faultsOfElement({ tagName, attrs, childNodes }: Element, allowed: Allowed): string[] {
  const faults: string[] = []
  const attribute = (name: string) => attrs.find((one) => one.name === name)?.value
  if (NEVER.has(tagName)) faults.push(`<${tagName}>`)
  if (tagName === 'script') {
    const isOurs = allowed.scripts && attribute('src')?.startsWith('/') && childNodes.length === 0
    if (!isOurs) faults.push('a script')
  }
  if (tagName === 'style' && !allowed.styles) faults.push('a style')
  if (tagName === 'meta' && attribute('http-equiv') === 'refresh') faults.push('a refresh')
  for (const { name, value } of attrs) {
    if (name.startsWith('on')) faults.push(`attribute ${name}`)
    if (LINKS.has(name) && !/^(https:\/\/|http:\/\/localhost|mailto:|\/|#|\?|$)/i.test(value.trim())) {
      faults.push(`${name}=${value.slice(0, 40)}`)
    }
  }
  return faults
}
