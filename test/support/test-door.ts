import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { Feature } from '../../src/core/feature.ts'
import { startSession } from '../../src/web/admin/login-routes.ts'
import type { AdminDoor } from '../../src/web/feature-routes.ts'
import { buildServer } from '../../src/web/server.ts'
import { type Admin, adminWith, cookieOf } from './admin.ts'
import type { TestSite } from './site.ts'

const HOUR_MS = 3_600_000

interface TestDoor {
  /** The site with a way in that names the operator. */
  readonly site: TestSite
  /** The key of the door: another one is as if its settings had changed. */
  key: string
  /** Every route of the admin pages. */
  readonly routes: { method: string; url: string; effect: unknown }[]
  /** Logs "Ada Reader" in for an hour. */
  logIn(right: 'change' | 'look'): Promise<Admin>
}

/** A site like the given one, with a feature that opens a door to the admin pages to whom a test likes. */
export function useTestDoor(site: TestSite): TestDoor {
  const routes: TestDoor['routes'] = []
  let key = 'first'
  const door: AdminDoor = {
    plugin: Object.assign(
      (async (app, admin) => {
        app.addHook('onRoute', ({ method, url, config }) => {
          for (const one of [method].flat()) routes.push({ method: one, url, effect: config?.effect })
        })
        app.get('/test-door/:right', async (request, reply) => {
          const { right } = request.params as { right: string }
          const endsAt = admin.deps.clock.now().getTime() + HOUR_MS
          const operator = { name: 'Ada Reader', mayChange: right === 'change', door: 'first', endsAt }
          await startSession(admin, request, reply, operator)
          return reply.send('in')
        })
      }) satisfies AdminDoor['plugin'],
      // In the scope of the admin pages, so that its hook gets every route of them.
      { [Symbol.for('skip-override')]: true },
    ),
    path: '/admin/test-door/change',
    text: 'Log in through the test door',
    hint: 'For an hour.',
    get key() {
      return key
    },
    leavePath: '/admin/test-door/left',
  }
  const planted: Feature = {
    name: 'planted',
    routes: [{ area: 'login', isOpen: () => true, read: async () => door }],
  }
  let withDoor: TestSite
  beforeAll(async () => {
    const deps = { ...site.deps, features: [...site.deps.features, planted] }
    const app = buildServer(deps)
    await app.ready()
    const { clock, logged } = site
    withDoor = { app, deps, clock, logged, db: site.db }
  })
  afterAll(() => withDoor?.app.close())
  beforeEach(() => {
    key = 'first'
  })
  return {
    get site() {
      return withDoor
    },
    get key() {
      return key
    },
    set key(other) {
      key = other
    },
    routes,
    logIn: async (right) =>
      adminWith(withDoor, cookieOf(await withDoor.app.inject(`/admin/test-door/${right}`))),
  }
}
