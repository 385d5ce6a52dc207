/**
 * What the phone keeps is sealed: AES-256-GCM under a random key, which is itself sealed under a key made from the
 * shift's PIN (PBKDF2). Another sampler takes over with a PIN of his own without anything being sealed anew.
 */

/** Sealed bytes with their nonce. */
export interface Sealed {
  iv: Uint8Array<ArrayBuffer>
  data: ArrayBuffer
}

/** What is kept to open the key again. */
export interface Lock {
  salt: Uint8Array<ArrayBuffer>
  rounds: number
  key: Sealed
}

/** Rounds of PBKDF2-HMAC-SHA256 (OWASP, 2023). A test may take fewer. */
export const ROUNDS = 600_000
/** Digits of a PIN. */
export const PIN = /^\d{6,12}$/

const text = new TextEncoder()
const random = (n: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(n))

async function pinKey(pin: string, salt: Uint8Array<ArrayBuffer>, rounds: number): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey('raw', text.encode(pin), 'PBKDF2', false, ['deriveKey'])
  return crypto.subtle.deriveKey(
    { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: rounds },
    base,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  )
}

async function sealBytes(key: CryptoKey, bytes: Uint8Array<ArrayBuffer>): Promise<Sealed> {
  const iv = random(12)
  return { iv, data: await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, bytes) }
}

/** A key in memory; it never leaves it unsealed. */
export class Vault {
  private constructor(
    private readonly key: CryptoKey,
    private readonly raw: Uint8Array<ArrayBuffer>,
  ) {}

  private static async of(raw: Uint8Array<ArrayBuffer>): Promise<Vault> {
    const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt'])
    return new Vault(key, raw)
  }

  /** A new key, and what to keep of it. */
  static async make(pin: string, rounds = ROUNDS): Promise<{ vault: Vault; lock: Lock }> {
    const vault = await Vault.of(random(32))
    return { vault, lock: await vault.lock(pin, rounds) }
  }

  /** The key behind a lock, or null for a wrong PIN. */
  static async open(lock: Lock, pin: string): Promise<Vault | null> {
    const key = await pinKey(pin, lock.salt, lock.rounds)
    try {
      return await Vault.of(
        new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: lock.key.iv }, key, lock.key.data)),
      )
    } catch {
      return null
    }
  }

  /** The same key under another PIN. */
  async lock(pin: string, rounds = ROUNDS): Promise<Lock> {
    const salt = random(16)
    return { salt, rounds, key: await sealBytes(await pinKey(pin, salt, rounds), this.raw) }
  }

  /** Seal a value. */
  seal(value: unknown): Promise<Sealed> {
    return sealBytes(this.key, text.encode(JSON.stringify(value)))
  }

  /** Open what this key sealed; throws for anything else. */
  async open<T>(sealed: Sealed): Promise<T> {
    const bytes = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: sealed.iv }, this.key, sealed.data)
    return JSON.parse(new TextDecoder().decode(bytes)) as T
  }
}
