import type { InjectOptions } from 'fastify'
import { HOSTILE } from './hostile.ts'
import { press, type Visit } from './visits.ts'
import type { Site } from './world.ts'

export interface Answer {
  /** "POST /confirm/:token" */
  name: string
  /** As it is registered. */
  url: string
  status: number
  headers: Record<string, unknown>
  body: string
  /** What the status should have been; undefined for any but those of a breakdown. */
  expected?: number
}

/** Pages before the button is pressed, the button, where it leads, the form filled in wrongly, and the pages after. */
export async function* answersOf(site: Site, { person, pages, button }: Visit): AsyncGenerator<Answer> {
  const answer = async (
    name: string,
    request: InjectOptions,
    { url = name.split(' ')[1]!, expected }: Partial<Answer> = {},
  ): Promise<Answer> => {
    const { statusCode: status, headers, body } = await site.ask(request)
    return { name, url, status, headers, body, expected }
  }
  const all = pages.flatMap(({ route: { method, url }, requests }) =>
    requests.map((request) => ({ name: `${method} ${url}`, request })),
  )
  for (const { name, request } of all) {
    yield await answer(name, request)
    if (!button) yield await answer(name, { ...request, url: garbled(request) })
  }
  if (!button) return
  const name = `${button.method ?? 'POST'} ${button.url}`
  const pressed = await answer(name, press(button, person), { expected: button.status ?? 303 })
  yield pressed
  const { location } = pressed.headers
  if (location) {
    const url = String(location)
    yield await answer(`GET ${button.url} →`, { url }, { url: url.replace(TOKEN, ':token') })
  }
  for (const field of Object.keys(button.fields?.(person) ?? {})) {
    yield await answer(name, press(button, person, { [field]: HOSTILE.name }))
  }
  for (const { name, request } of all) yield await answer(name, request)
}

const TOKEN = /[\w-]{40,}/

const garbled = ({ url }: InjectOptions): string => String(url).replace(TOKEN, 'garbled')

/** "POST /manage: 422 instead of 303" */
export const faultsOfStatus = ({ name, status, expected }: Answer): string[] =>
  status >= 500 || (expected !== undefined && status !== expected)
    ? [`${name}: ${status} instead of ${expected ?? 'less'}`]
    : []
