import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { countBounces } from '../../bounces/bounce-list.repo.ts'
import { recentActions } from '../../core/action.repo.ts'
import { addDays, dayOf, midnight } from '../../core/dates.ts'
import { Fault } from '../../core/errors.ts'
import { earliestNextDue } from '../../digests/next-mail.ts'
import { dayTotals } from '../../digests/reconciliation.repo.ts'
import { LANES } from '../../mail/message.ts'
import { cachedDailyFigures } from '../../operator/daily-figures.ts'
import { deliveryLimits, deliveryLimitText, QUEUED_STATES } from '../../operator/delivery-report.ts'
import { deliverySummary } from '../../operator/delivery-switch.ts'
import { findProblems } from '../../operator/health/conditions.ts'
import { readHealthFacts } from '../../operator/health/facts.ts'
import { openReasons } from '../../operator/open-day.ts'
import { pause, resume } from '../../operator/operations/delivery.ts'
import { countByState } from '../../subscribers/subscriber-lists.repo.ts'
import { overviewSections } from '../page-parts.ts'
import { numberField, optionalText } from '../request.ts'
import { type AdminSite, ROWS_PER_PAGE, takePage } from './admin-site.ts'
import { CHART_SPANS, chartsView } from './charts-view.ts'
import {
  doneSentence,
  operationBody,
  operationForm,
  operationNamed,
  runAdminOperation,
} from './operation-forms.ts'
import { actorOf } from './operator-rights.ts'
import { headlineOf, partStates, sendsView, statesView } from './overview-view.ts'

const NEWEST = 8
const MAX_RATES = 20
const OPERATIONS = [pause, resume]

/** The overview page, and stopping and resuming delivery. */
export const overviewRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, { deps, send }) => {
  const asked = z.object({ days: optionalText, done: optionalText })
  app.get('', { schema: { querystring: asked } }, async ({ query }, reply) => {
    const span = CHART_SPANS.find((days) => String(days) === query.days) ?? CHART_SPANS[0]
    const today = dayOf(deps.clock.now())
    const [delivery, totals] = [await deliverySummary(deps), await dayTotals(deps.db, today)]
    const days = await cachedDailyFigures(deps, { from: addDays(today, 1 - span), to: today })
    const facts = await readHealthFacts(deps, delivery.lanes)
    const problems = findProblems(facts)
    const bounces = await countBounces(deps.db, {
      from: midnight(addDays(today, -1)),
      before: midnight(today),
    })
    const bounced = bounces.reduce((sum, { count }) => sum + count, 0)
    const parts = partStates(facts, problems, bounced)
    return send(reply, 'overview', {
      said: doneSentence(OPERATIONS, query.done),
      headline: headlineOf(problems, days.at(-1)!),
      problems,
      parts,
      isWell: parts.every(({ state }) => state === 'well'),
      next: await earliestNextDue(deps),
      delivery,
      operation: operationForm(delivery.delivery === 'paused' ? resume : pause),
      waiting: LANES.map((lane) => ({
        lane,
        counts: QUEUED_STATES.map((state) => delivery.lanes[lane][state]),
      })),
      sendRates: (await deliveryLimits(deps)).slice(0, MAX_RATES).map(deliveryLimitText),
      sends: { totals, ...sendsView(totals) },
      openBecause: await openReasons(deps, totals),
      states: statesView(await countByState(deps.db), days),
      bounces,
      sections: await overviewSections(deps),
      actions: await recentActions(deps.db, { limit: NEWEST }),
      span,
      spans: CHART_SPANS,
      charts: chartsView(days),
    })
  })

  app.post('/delivery', { schema: { body: operationBody } }, async (request, reply) => {
    const { body: typed } = request
    const actor = actorOf(request)
    const done = await runAdminOperation(deps, operationNamed(OPERATIONS, typed.do), { actor, typed })
    return reply.redirect(`/admin?done=${done}`, 303)
  })
}

const MAX_ACTION_ID = 2_147_483_647

/** The log of the operator's actions through pages, API and commands. */
export const actionRoutes: FastifyPluginAsyncZod<AdminSite> = async (app, { deps, send }) => {
  const querystring = z.object({ before: numberField(MAX_ACTION_ID) })
  app.get('/actions', { schema: { querystring } }, async ({ query: { before } }, reply) => {
    const found = takePage(await recentActions(deps.db, { before, limit: ROWS_PER_PAGE + 1 }))
    return send(reply, 'actions', found)
  })

  app.get('/*', async () => {
    throw new Fault('page.not-found')
  })
}
