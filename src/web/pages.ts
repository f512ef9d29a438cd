import { resolve } from 'node:path'
import type { FastifyReply } from 'fastify'
import type { Config } from '../config.ts'
import { TemplateEngine } from '../words/template-engine.ts'
import { ASSETS_PATH } from './assets.ts'
import type { DayView } from './day-view.ts'
import type { FormView } from './form-view.ts'
import type { PaperPageView } from './paper-view.ts'
import type { ChangedView, LessView, UndoView } from './unsubscribe-view.ts'
import type { TopicView } from './wish-view.ts'

/** What each template of templates/pages reads as `it`, besides `site` and the `route` that answers. */
interface PageData {
  home: { day: DayView; form: FormView }
  day: { day: DayView }
  /** Where to go to a day, with what was typed and what is wrong with it. */
  date: { date: string; errors: { id: string; sentence: string }[] }
  paper: { paper: PaperPageView }
  subscribe: { form: FormView }
  'check-inbox': Record<never, never>
  confirm: {
    token: string
    address: string
    /** They subscribe already: the button adds topics. */
    joined: boolean
    topics: TopicView[]
    /** From before, and not asked for again. */
    kept: TopicView[]
    schedule: string
    size: string
    consent: string
  }
  confirmed: {
    /** The link was used before. */
    again: boolean
    topics: TopicView[]
    /** Asked for, and beyond the limit. */
    leftOut: TopicView[]
    firstMail: string | null
    /** "Monday to Friday" */
    days: string
    state: string
  }
  unsubscribe: { token: string; address: string | null; less: LessView[] }
  /** Without an undo. `known`: it was a link of ours. */
  unsubscribed: { known: boolean }
  undo: UndoView
  'fewer-mails': ChangedView
  privacy: { contact: string; address: string }
  fault: { heading: string; sentence: string; reference: string | null }
}

type PageName = keyof PageData

export interface Pages {
  /** Answers with a page; `status` is 200 unless said otherwise. */
  send<Name extends PageName>(
    reply: FastifyReply,
    name: Name,
    data: PageData[Name],
    status?: number,
  ): FastifyReply
}

const FOLDER = resolve(import.meta.dirname, '../../templates/pages')

/** Compiles each template once; values are escaped where they are filled in. */
export function openPages(config: Config): Pages {
  const eta = new TemplateEngine({ views: FOLDER, cache: true, autoTrim: ['nl', false] })
  const site = { name: config.SITE_NAME, assets: ASSETS_PATH, privacyUrl: config.PRIVACY_URL ?? '/privacy' }
  return {
    send: (reply, name, data, status = 200) =>
      reply
        .code(status)
        .type('text/html; charset=utf-8')
        .send(eta.render(`./${name}`, { site, route: reply.request.routeOptions.url, ...data })),
  }
}
