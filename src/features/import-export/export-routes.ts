import { Readable } from 'node:stream'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { recordAction } from '../../core/action.repo.ts'
import { dayOf } from '../../core/dates.ts'
import type { Deps } from '../../core/deps.ts'
import { words } from '../../i18n/words.ts'
import type { AdminSite } from '../../web/admin/admin-site.ts'
import { type AdminActor, actorOf } from '../../web/admin/operator-rights.ts'
import type { AdminRoutes } from '../../web/feature-routes.ts'
import { sendCsv } from './csv-download.ts'
import { exportSubscribers, subscriberLines } from './export-subscribers.ts'

const PATH = '/subscribers/export'

/** All subscribers as CSV, as `subscribers export` writes them. A POST, since it is recorded in the operator's log. */
const exportRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, { deps }) => {
  app.post(PATH, async (request, reply) => {
    const name = `subscribers-${dayOf(deps.clock.now())}.csv`
    return sendCsv(reply, name, Readable.from(recordedLines(deps, actorOf(request))))
  })
}

export const exportPages: AdminRoutes = {
  plugin: exportRoutes,
  button: { on: '/admin/subscribers', path: `/admin${PATH}`, text: words.admin.importExport.export },
}

/** Also recorded if the download is cancelled: addresses have left the service by then. */
async function* recordedLines(deps: Deps, actor: AdminActor): AsyncGenerator<string> {
  let lines = 0
  try {
    for await (const line of subscriberLines(exportSubscribers(deps))) {
      yield line
      lines++
    }
  } finally {
    const detail = JSON.stringify({ subscribers: Math.max(0, lines - 1) })
    const action = { at: deps.clock.now(), ...actor, verb: 'subscribers export', detail }
    await recordAction(deps.db, action)
  }
}
