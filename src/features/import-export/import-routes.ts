import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Deps } from '../../core/deps.ts'
import { words } from '../../i18n/words.ts'
import { nudgeTransactional } from '../../mail/message.ts'
import { acceptFiles } from '../../web/accept-files.ts'
import { type AdminSite, lineField } from '../../web/admin/admin-site.ts'
import { actorOf } from '../../web/admin/operator-rights.ts'
import { toFault } from '../../web/errors.ts'
import type { AdminRoutes } from '../../web/feature-routes.ts'
import { formOf, formText } from '../../web/request.ts'
import { SAMPLE, sendCsv } from './csv-download.ts'
import { ImportFault } from './import-fault.ts'
import { type ImportInput, importSubscribers, isAllRefused } from './import-subscribers.ts'

/** In characters; about 10,000 rows. The page contains the file, so that the second button has it. */
const MAX_LENGTH = 1_000_000
const MAX_REFUSED_LENGTH = 1_000_000

const importBody = z.object({
  csv: formText.default(''),
  /** The text of the chosen file: see acceptFiles. */
  'csv-file': formText.default(''),
  consent: lineField,
  topics: lineField,
  ask: lineField,
  do: lineField,
})

const PAGE = new URL('import.eta', import.meta.url)

/** Imports a CSV file: the first button shows what would happen, the second does it. */
const importRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, { deps, send }) => {
  acceptFiles(app)
  const show = (reply: FastifyReply, form: object, shown: object = {}, status = 200) =>
    send(reply, PAGE, { form, result: null, ...shown }, status)

  app.get('/subscribers/import', { config: { effect: 'change' } }, async (_request, reply) =>
    show(reply, importBody.parse({})),
  )

  app.get('/subscribers/import/sample.csv', async (_request, reply) => sendCsv(reply, 'sample.csv', SAMPLE))

  const options = { schema: { body: importBody }, attachValidation: true }
  app.post('/subscribers/import', options, async (request, reply) => {
    const { 'csv-file': file, ...form } = formOf(importBody, request)
    // Browsers send the lines of a textarea with CRLF.
    const csv = (file.trim() ? file : form.csv).replaceAll('\r\n', '\n')
    if (csv.length > MAX_LENGTH) {
      const problem = new ImportFault('import.too-large', { most: MAX_LENGTH.toLocaleString(words.language) })
      return show(reply, { ...form, csv: file.trim() ? '' : csv }, { problem }, 422)
    }
    const { consent, topics } = form
    const ask = form.ask !== ''
    const isDone = form.do === 'import'
    try {
      if (request.validationError) throw request.validationError
      const asked = {
        ...actorOf(request),
        consent: consent || undefined,
        topics: topics || undefined,
        ask,
        dryRun: !isDone,
      }
      const imported = await importText(deps, csv, asked)
      if (imported.result.asked > 0) await nudgeTransactional(deps)
      const allRefused = isAllRefused(imported.result)
      const kept = { ...form, csv: isDone && !allRefused ? '' : csv }
      return show(reply, kept, { ...imported, isDone, allRefused }, allRefused ? 422 : 200)
    } catch (error) {
      const fault = toFault(error, request)
      if (fault.status >= 500) throw error
      return show(reply, { ...form, csv }, { problem: fault }, 422)
    }
  })
}

export const importPages: AdminRoutes = {
  plugin: importRoutes,
  link: {
    after: '/admin/subscribers/add',
    path: '/admin/subscribers/import',
    text: words.admin.importExport.link,
    effect: 'change',
  },
}

/** The rows as the page's link holds them: whole lines, so that the file can be imported. */
function downloadOf(rows: string): { base64: string; isCut: boolean } {
  const isCut = rows.length > MAX_REFUSED_LENGTH
  const kept = isCut ? rows.slice(0, rows.lastIndexOf('\n', MAX_REFUSED_LENGTH) + 1) : rows
  return { base64: Buffer.from(kept).toString('base64'), isCut }
}

/** Imports a text through a file, as the command does. Throws import.* and query.* */
async function importText(deps: Deps, csv: string, options: Omit<ImportInput, 'file'>) {
  const folder = await mkdtemp(join(tmpdir(), 'import-'))
  try {
    const file = join(folder, 'subscribers.csv')
    await writeFile(file, csv, { mode: 0o600 })
    const result = await importSubscribers(deps, { ...options, file })
    const refused = result.refusedFile ? await readFile(result.refusedFile, 'utf8') : ''
    return { result, refused: downloadOf(refused) }
  } finally {
    await rm(folder, { recursive: true })
  }
}
