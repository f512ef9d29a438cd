import { globSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { useDatabase } from '../../support/database.ts'
import { MAIL_NAMES, renderMails } from '../../support/sample-emails.ts'
import { isNoPage, openWalk, STOPS, type Walk } from '../../support/site-walk.ts'

const templates = resolve(import.meta.dirname, '../../../templates')
const database = useDatabase()
const rendered = vi.hoisted(() => {
  // Other files of this worker have loaded the engine already, and must not get the one below.
  vi.resetModules()
  return new Set<string>()
})
let walk: Walk

// The engine itself, which also records what it renders.
vi.mock('../../../src/i18n/template-engine.ts', async (original) => {
  const { TemplateEngine, templatesIn } =
    await original<typeof import('../../../src/i18n/template-engine.ts')>()
  const recording = (engine: InstanceType<typeof TemplateEngine>) => {
    const { resolvePath } = engine
    engine.resolvePath = (name, renderOptions) => {
      const path = resolvePath.call(engine, name, renderOptions)
      rendered.add(path)
      return path
    }
    return engine
  }
  return {
    TemplateEngine,
    templatesIn: (...given: Parameters<typeof templatesIn>) => recording(templatesIn(...given)),
  }
})

beforeAll(async () => {
  walk = await openWalk(database.url)
})
afterAll(async () => {
  vi.resetModules()
  await walk.close()
})

describe('the walk', () => {
  test('visits each page with its status, each template and each route, and lists the pages with a script', async () => {
    const paths: string[] = []
    for (const { name, status = 200, scripted = false } of STOPS) {
      const { statusCode, body } = await walk.ask(name)
      expect([name, statusCode, body.includes('<script src=')]).toEqual([name, status, scripted])
      paths.push((await walk.pathOf(name)).split('?')[0]!)
    }
    // What htmx replaces while a visitor types.
    await walk.site.app.inject({
      method: 'POST',
      url: '/preview',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'hx-request': 'true' },
      payload: 'topic=attention',
    })
    // Shown only with a learned space, for which this site has too few papers: see integration/web/search.test.ts.
    rendered.add(resolve(templates, 'pages/parts/close-papers.eta'))
    const all = globSync('pages/**/*.eta', { cwd: templates })
    expect(all.filter((path) => !rendered.has(resolve(templates, path)))).toEqual([])
    const isMet = (route: string) => paths.some((path) => patternOf(route).test(path))
    expect(walk.routes.filter((route) => !isNoPage(route) && !isMet(route))).toEqual([])
  })

  test('covers each email', async () => {
    const folders = readdirSync(resolve(templates, 'emails')).filter((name) => name !== 'parts')
    expect(folders.filter((name) => !MAIL_NAMES.includes(name))).toEqual([])
    expect((await renderMails()).size).toBe(MAIL_NAMES.length)
  })
})

const patternOf = (route: string): RegExp =>
  new RegExp(`^${route.replace(/:\w+/g, '[^/]+').replace('*', '.+')}$`)
