/** Security keys: turns the server's options into the browser's call and its answer into a form field. */

type Json = Record<string, unknown>

export function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
  const bytes = new Uint8Array(plain.length)
  for (let i = 0; i < plain.length; i += 1) bytes[i] = plain.charCodeAt(i)
  return bytes
}

export function toText(buffer: ArrayBuffer): string {
  let plain = ''
  for (const byte of new Uint8Array(buffer)) plain += String.fromCharCode(byte)
  return btoa(plain).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}

interface Descriptor {
  id: string
  type: PublicKeyCredentialType
  transports?: AuthenticatorTransport[]
}

function listed(list: unknown): PublicKeyCredentialDescriptor[] {
  return ((list ?? []) as Descriptor[]).map((one) => ({ ...one, id: toBytes(one.id) }))
}

async function create(options: Json): Promise<Json> {
  const user = options.user as { id: string; name: string; displayName: string }
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge as string),
    user: { ...user, id: toBytes(user.id) },
    excludeCredentials: listed(options.excludeCredentials),
  } as unknown as PublicKeyCredentialCreationOptions
  const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential
  const response = made.response as AuthenticatorAttestationResponse
  return {
    ...common(made),
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      attestationObject: toText(response.attestationObject),
      transports: response.getTransports(),
    },
  }
}

async function get(options: Json): Promise<Json> {
  const publicKey = {
    ...options,
    challenge: toBytes(options.challenge as string),
    allowCredentials: listed(options.allowCredentials),
  } as unknown as PublicKeyCredentialRequestOptions
  const shown = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential
  const response = shown.response as AuthenticatorAssertionResponse
  return {
    ...common(shown),
    response: {
      clientDataJSON: toText(response.clientDataJSON),
      authenticatorData: toText(response.authenticatorData),
      signature: toText(response.signature),
      userHandle: response.userHandle ? toText(response.userHandle) : null,
    },
  }
}

function common(credential: PublicKeyCredential): Json {
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
  }
}

async function run(form: HTMLFormElement): Promise<void> {
  const problem = form.querySelector<HTMLElement>('[data-webauthn-problem]')
  const data = document.getElementById(form.dataset.webauthnOptions ?? '')
  const field = form.elements.namedItem('credential')
  if (!data || !(field instanceof HTMLInputElement)) return
  if (problem) problem.hidden = true
  try {
    const asked = (JSON.parse(data.textContent ?? '{}') as { publicKey: Json }).publicKey
    const answer = form.dataset.webauthn === 'create' ? await create(asked) : await get(asked)
    field.value = JSON.stringify(answer)
    form.submit()
  } catch {
    if (problem) {
      problem.textContent = problem.dataset.webauthnProblem ?? ''
      problem.hidden = false
    }
  }
}

/** Wire the buttons of forms that ask for a security key. */
export function startWebauthn(): void {
  document.addEventListener('click', (event) => {
    if (!(event.target instanceof Element)) return
    const form = event.target.closest('[data-webauthn-start]')?.closest('form')
    if (form) void run(form)
  })
}
