import { errorEntries } from '../../core/error-table.ts'
import { Fault, type FaultValues } from '../../core/errors.ts'

export const oidcErrors = {
  ...errorEntries(403, 1, {
    'oidc.refused': 'The login was not completed. Try again.',
    'oidc.cancelled': 'The login was cancelled at the login provider. Try again.',
    'oidc.no-groups':
      'The login provider did not send your groups as a list in the claim "{claim}". Ask its administrator to add the claim.',
    'oidc.other-group':
      'Your account is not in a group that may open these pages. Ask the operator of this service to add it to one, then try again.',
  }),
  ...errorEntries(503, 1, {
    'oidc.unavailable': 'The login provider does not respond as it should. Try again in a few minutes.',
  }),
}

export class OidcFault extends Fault {
  constructor(code: keyof typeof oidcErrors, values?: FaultValues, options?: ErrorOptions) {
    super(oidcErrors[code], values, options)
  }
}
