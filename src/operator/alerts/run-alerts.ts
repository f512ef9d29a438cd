import type { Deps } from '../../core/deps.ts'
import { errorFields } from '../../core/errors.ts'
import type { Alert, AlertValues } from './alert.repo.ts'
import { addAlert, endAlert, ongoingAlerts } from './alert.repo.ts'
import { detectIncidents, INCIDENT_KINDS } from './incidents.ts'
import { sendAlerts } from './send-alerts.ts'
import { addWeeklyReport } from './weekly-report.ts'

/** Detects incidents and sends pending alerts. Never rejects, since it is what reports errors. */
export async function runAlerts(deps: Deps): Promise<void> {
  for (const step of [findAlerts, sendAlerts]) {
    try {
      await step(deps)
    } catch (error) {
      deps.log.error('alert.failed', errorFields(error))
    }
  }
}

/**
 * Raises an alert for each new incident, for each that has ended, and for the weekly report; each once. Any number of
 * processes may run it at the same time.
 */
async function findAlerts(deps: Deps): Promise<void> {
  const { db, clock, log } = deps
  const at = clock.now()
  const found = await detectIncidents(deps)
  for (const { kind, key, values } of found) {
    const isNew = await addAlert(db, { kind, key, at, values })
    if (isNew)
      log.warn('alert.raised', {
        ...logFields({ kind, key, values }),
        ...(namesDomain(values) ? {} : values),
      })
  }
  const ongoing = new Set(found.map(({ kind, key }) => `${kind} ${key}`))
  for (const { id, kind, key, isEmailed, values } of await ongoingAlerts(db, INCIDENT_KINDS)) {
    if (ongoing.has(`${kind} ${key}`) || !(await endAlert(db, id, at))) continue
    log.info('alert.ended', logFields({ kind, key, values }))
    // An alert that was not emailed yet reports the end by itself.
    const overValues = { ...values, kind, over: at.toISOString() }
    if (isEmailed) await addAlert(db, { kind: 'over', key: `${kind} ${key}`, at, values: overValues })
  }
  await addWeeklyReport(deps)
}

/** A domain may identify a person, so its name is in the email and in `delivery status` but not in the log. */
const namesDomain = (values: AlertValues): boolean => values.what === 'domain-held'

const logFields = ({ kind, key, values }: Pick<Alert, 'kind' | 'key' | 'values'>) =>
  namesDomain(values) ? { kind, what: values.what } : { kind, key }
