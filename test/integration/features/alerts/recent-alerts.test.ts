import { expect, test } from 'vitest'
import { addAlert, markAlertsSent } from '../../../../src/features/alerts/alert.repo.ts'
import { logIn, PASSWORD } from '../../../support/admin.ts'
import { NOW, textOf, useSite } from '../../../support/site.ts'

const site = useSite({ ADMIN_PASSWORD: PASSWORD })
const overview = async () => textOf((await (await logIn(site)).get('/admin')).body)

test('the overview has the newest alerts, and when each was emailed', async () => {
  expect(await overview()).toContain('Recent alerts No alerts.')
  const values = { sentence: 'The mail server has not answered since 11:45 UTC.' }
  await addAlert(site.db, { kind: 'mail-server-silent', key: 'x', at: NOW, values })
  expect(await overview()).toContain(`What Emailed (UTC) 24 Nov 2026, 12:00 ${values.sentence} –`)
  const alerts = await site.db.alert.findMany()
  const sentAt = new Date(NOW.getTime() + 60_000)
  await markAlertsSent(
    site.db,
    alerts.map(({ id }) => id),
    sentAt,
  )
  expect(await overview()).toContain(`${values.sentence} 24 Nov 2026, 12:01`)
})
