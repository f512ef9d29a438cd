import { expect, test } from 'vitest'
import { toDecodableUrl } from '../../../src/web/server.ts'

test.each([
  ['/papers/date/2026-11-24', '/papers/date/2026-11-24'],
  ['/papers/doi:10.1000%2F1?q=%', '/papers/doi:10.1000%2F1?q=%'],
  ['/papers/%ff?q=%zz', '/papers/%25ff?q=%zz'],
  ['/unsubscribe/abc%', '/unsubscribe/abc%25'],
  ['', ''],
])('toDecodableUrl(%j) is %j', (url, readable) => expect(toDecodableUrl(url)).toBe(readable))
