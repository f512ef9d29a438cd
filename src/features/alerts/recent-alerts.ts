import type { Deps } from '../../core/deps.ts'
import type { PageSection } from '../../web/page-parts.ts'
import { newestAlerts } from './alert.repo.ts'
import { alertTitle } from './write-alert.ts'

const NEWEST = 8
const FILE = new URL('recent-alerts.eta', import.meta.url)

export async function recentAlerts({ db }: Deps): Promise<PageSection> {
  const alerts = await newestAlerts(db, { limit: NEWEST })
  const rows = alerts.map((alert) => {
    const { at, sentAt, values } = alert
    return { at, sentAt, text: values.sentence ?? alertTitle(alert) }
  })
  return { file: FILE, data: { rows } }
}
