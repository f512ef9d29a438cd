import { expect, test } from 'vitest'
import { actionDetailText } from '../../../../src/web/admin/admin-site.ts'

test.each([
  ['{"rows":3000,"taken":2990,"refused":10}', '3,000 rows, 2,990 taken, 10 refused'],
  ['{"subscribers":12,"state":"pending"}', '12 subscribers, state pending'],
  ['m-0123', 'm-0123'],
  ['', ''],
])('the detail %s of an action is shown as %s', (detail, text) => expect(actionDetailText(detail)).toBe(text))
