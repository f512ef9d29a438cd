import type { InjectOptions } from 'fastify'
import { type AdminSession, adminSite, logIn } from './admin.ts'
import { BUTTONS } from './buttons.ts'
import { alertsIn, type Control, type Form, formsIn } from './forms.ts'
import { holderOfAll } from './people.ts'
import type { SiteCheck } from './site-check.ts'
import { pathOf, press } from './visits.ts'
import type { Site } from './world.ts'

/** Plausible values, other than those that a field has before. */
const GOOD: Record<string, string[]> = {
  email: ['someone.else@typed.example'],
  topic: ['robots AND dogs'],
  query: ['cats AND dogs'],
  name: ['A name of my own'],
  until: ['2027-01-15'],
  zone: ['Asia/Tokyo'],
  max: ['7'],
  hour: ['17'],
  detail: ['titles'],
  related: ['true'],
  format: ['text'],
  days: ['mon', 'wed'],
  pace: ['own'],
  weekday: ['thu'],
  date: ['2026-11-20'],
  reason: ['complaint'],
  q: ['robots'],
  library: ['A Paper About Robots'],
  learn: ['yes'],
  contains: ['example'],
  follows: ['robots'],
  consent: ['A form at the spring school'],
  csv: ['email\nimported@typed.example'],
  topics: ['robots AND dogs'],
  ask: ['yes'],
}

/** Values that are always wrong. */
const BAD: Record<string, string> = {
  email: 'someone at typed.example',
  topic: '"robots AND',
  query: '"cats AND',
  name: 'x'.repeat(300),
  until: '2020-01-01',
  zone: 'Nowhere/Land',
  max: '999',
  date: '2026-02-30',
  password: 'not the password',
  q: '"robots AND',
  csv: 'a text without columns',
  topics: '"robots AND',
}

/** Fields into which anything may be typed. */
const NEVER_BAD = ['reason', 'library', 'contains', 'follows', 'consent']

/** A form whose name is only for its owner's list. */
const ANY_NAME = 'POST /manage/:token/agents'

interface Found {
  form: Form
  /** "POST /manage/:token settings" */
  name: string
  /** Requests it as the browser of a person who sees the form. */
  send(fields: [string, string][], to: string): Promise<{ status: number; body: string }>
}

/** Every form with something to fill in, filled in wrongly, one field after the other. */
export const nothingTypedIsLost: SiteCheck = async (site) => {
  const { app, routes } = adminSite(site)
  await app.ready()
  try {
    const ofAdmin = site.wrong.only ? [] : await adminForms(await logIn(site, app, routes))
    return await tryForms(site, [...(await siteForms(site)), ...ofAdmin])
  } finally {
    await app.close()
  }
}

async function tryForms(site: Site, found: Found[]): ReturnType<SiteCheck> {
  const faults: string[] = []
  let refused = 0
  for (const one of found) {
    const seen = await tryForm(one)
    faults.push(...seen.faults)
    refused += seen.refused
  }
  const programs = await toldToPrograms(site)
  return {
    n: `${found.length} forms, ${refused} refusals, ${programs.asked} by programs`,
    faults: [...faults, ...programs.faults],
    shut: 'a sentence for each, and all that was typed',
    enough: found.length > 10 && refused > 25 && programs.asked > 10,
  }
}

/** The forms that a subscriber sees, who holds every kind of link. */
async function siteForms(site: Site): Promise<Found[]> {
  const { deps, routes, wrong, ask } = site
  const person = await holderOfAll(deps)
  const found = new Map<string, Found>()
  for (const { url } of routes.filter(({ method, url }) => method === 'GET' && !url.startsWith('/api/'))) {
    const { body, headers } = await ask({ url: pathOf(url, person) })
    if (!String(headers['content-type']).startsWith('text/html')) continue
    const nameOf = (action: string) => routeOf(action, person.token('manage').length)
    for (const form of formsIn(body)) keep(found, form, { nameOf, ask })
  }
  return [...found.values()].filter(({ form }) => form.action.startsWith(wrong.only ?? '/'))
}

/** A path with a token in it, as its route is registered. */
const routeOf = (action: string, tokenLength: number): string =>
  action
    .replace(/[?#].*/, '')
    .replace(/[\w-]{40,}/, (token) => (token.length <= tokenLength + 10 ? ':token' : token))

/** The operator's, and the login itself. */
async function adminForms(inside: AdminSession): Promise<Found[]> {
  const found = new Map<string, Found>()
  const ask: Site['ask'] = ({ headers, ...request }) =>
    inside.ask({ ...request, headers: { accept: 'text/html', cookie: inside.cookie, ...headers } })
  const nameOf = (action: string) =>
    action.replace(/[?#].*/, '').replace(/\/subscribers\/[\w-]{14}/, '/subscribers/:id')
  for (const { path } of inside.paths.filter(({ route }) => route.method === 'GET')) {
    const { body } = await ask({ url: path })
    for (const form of formsIn(body)) keep(found, form, { nameOf, ask })
  }
  const { body } = await inside.ask({ url: '/admin/login' })
  for (const form of formsIn(body)) keep(found, form, { nameOf, ask: inside.ask })
  return [...found.values()]
}

/** Hidden fields that tell forms apart that lead to the same path. */
const KINDS = ['banner', 'again']

/** Each kind of form once. */
function keep(
  found: Map<string, Found>,
  form: Form,
  { nameOf, ask }: { nameOf: (action: string) => string; ask: Site['ask'] },
): void {
  const kind = form.hidden.flatMap(([name, value]) =>
    name === 'do' ? ` ${value}` : KINDS.includes(name) ? ` ${name}` : [],
  )
  const name = `${form.method} ${nameOf(form.action)}${kind}`
  const send: Found['send'] = async (fields, to) => {
    const typed = new URLSearchParams(fields).toString()
    const path = to.replace(/#.*/, '')
    const request: InjectOptions =
      form.method === 'GET'
        ? { method: 'GET', url: `${path}?${typed}` }
        : {
            method: 'POST',
            url: path,
            payload: typed,
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
          }
    const { statusCode, body } = await ask(request)
    return { status: statusCode, body }
  }
  if (!found.has(name)) found.set(name, { form, name, send })
}

/** Each field into which one types, wrongly, while all the others are filled in well; by each of its buttons. */
async function tryForm({ form, name, send }: Found): Promise<{ faults: string[]; refused: number }> {
  const faults: string[] = []
  let refused = 0
  const targets = [
    { action: form.action },
    ...form.buttons.filter(({ action, field }) => action !== form.action || field),
  ]
  for (const wrong of form.controls.filter((control) => canBeBad(control, name))) {
    let times = 0
    for (const button of targets) {
      const filled = form.controls.map(
        (control) => [control, control === wrong ? [badFor(control)] : goodFor(control)] as const,
      )
      const fields = filled.flatMap(([control, values]) =>
        values.map((value): [string, string] => [control.name, value]),
      )
      const pressed: [string, string][] = 'field' in button && button.field ? [button.field] : []
      const answer = await send([...form.hidden, ...fields, ...pressed], button.action)
      if (answer.status < 400) continue
      times++
      const kept = filled.map(
        ([control, values]) => [control, withExample(control, values, pressed)] as const,
      )
      faults.push(...faultsOf(answer, form, kept).map((fault) => `${name}, ${wrong.name} wrong: ${fault}`))
    }
    refused += times
    if (times === 0) faults.push(`${name}: ${wrong.name} is never refused`)
  }
  return { faults, refused }
}

/** A button with the name of a field is an example, which is added to what was typed, on a line of its own. */
const withExample = (
  { name, kind }: Control,
  values: string[],
  pressed: [name: string, value: string][],
): string[] => {
  const examples = pressed.filter(([of]) => kind === 'text' && of === name).map(([, value]) => value)
  return examples.length > 0 ? [[...values, ...examples].join('\n')] : values
}

const canBeBad = ({ name, kind }: Control, form: string): boolean =>
  (kind === 'text' || kind === 'password') &&
  !NEVER_BAD.includes(name) &&
  !(form === ANY_NAME && name === 'name')

function badFor({ name }: Control): string {
  const bad = BAD[name]
  if (bad === undefined) throw new Error(`nothing is known that is wrong for the field ${name}`)
  return bad
}

function goodFor({ name, options }: Control): string[] {
  const good = GOOD[name]
  if (!good) throw new Error(`nothing is known that is right for the field ${name}`)
  const offered = good.filter((value) => options.length === 0 || options.includes(value))
  return offered.length > 0 ? offered : options.slice(-1)
}

type Filled = readonly (readonly [Control, string[]])[]

function faultsOf({ status, body }: { status: number; body: string }, form: Form, filled: Filled): string[] {
  if (status >= 500) return [`${status}`]
  const sentences = alertsIn(body)
  const again = formsIn(body).find(
    (one) => one.action.replace(/#.*/, '') === form.action.replace(/#.*/, '') && isSameKind(one, form),
  )
  return [
    ...(sentences.some(isSentence) ? [] : [`no sentence: ${JSON.stringify(sentences)}`]),
    ...(again
      ? filled.flatMap(([control, values]) => lostFrom(again, control, values))
      : [`${status} without the form`]),
  ]
}

const isSameKind = (one: Form, other: Form): boolean =>
  JSON.stringify(one.hidden.filter(isOfKind)) === JSON.stringify(other.hidden.filter(isOfKind))
const isOfKind = ([name]: [string, string]): boolean => name === 'do' || name === 'topic'

/** Five words or more, that end as a sentence does. */
const isSentence = (text: string): boolean => /^(\S+\s+){4,}\S+[.?!]/.test(text)

function lostFrom(again: Form, { name, kind }: Control, values: string[]): string[] {
  if (kind === 'password') return []
  const there = again.controls.find((one) => one.name === name)?.values ?? []
  const isThere = JSON.stringify([...there].sort()) === JSON.stringify([...values].sort())
  return isThere
    ? []
    : [`${name} is lost: ${JSON.stringify(there).slice(0, 60)} for ${JSON.stringify(values).slice(0, 60)}`]
}

/** Programs get a sentence too if a field has a value that no field takes. */
async function toldToPrograms(site: Site): Promise<{ asked: number; faults: string[] }> {
  const { deps, ask, wrong } = site
  const faults: string[] = []
  let asked = 0
  if (wrong.only) return { asked, faults }
  const person = await holderOfAll(deps)
  for (const button of BUTTONS.filter(({ isJson, fields, protocol }) => isJson && fields && !protocol)) {
    for (const field of Object.keys(button.fields!(person))) {
      const payload = JSON.stringify({ ...button.fields!(person), [field]: { what: 'no field takes' } })
      const { statusCode, body } = await ask({ ...press(button, person), payload })
      asked++
      const { message = '' } = JSON.parse(body || '{}') as { message?: string }
      if (statusCode < 400 || statusCode >= 500 || !isSentence(message))
        faults.push(`${button.method ?? 'POST'} ${button.url}, ${field} wrong: ${statusCode} ${message}`)
    }
  }
  return { asked, faults }
}
