/** 127.0.0.0/8 and ::1, with IPv4 addresses as plain ones. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
