import { createHmac } from 'node:crypto'
import * as real from '../../../../src/features/channels/formats/signed-json.ts'

export * from '../../../../src/features/channels/formats/signed-json.ts'

/** Signs neither id nor time, so that an old post could be sent again under a new id. */
export const signedJson: typeof real.signedJson = {
  request: (content, target, attempt) => {
    const request = real.signedJson.request(content, target, attempt)
    const hmac = createHmac('sha256', real.readSigningKey(target.secret!)!).update(request.body)
    const headers = { ...request.headers, 'webhook-signature': `v1,${hmac.digest('base64')}` }
    return { ...request, headers }
  },
}
