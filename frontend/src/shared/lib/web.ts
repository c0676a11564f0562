/** Addresses of web sites, as the server takes them: http, https, or a host without a scheme. */

const ADDRESS = /^(https?:\/\/)?[^\s/?#:@."<>\\^`{|}]+(\.[^\s/?#:@."<>\\^`{|}]+)+(:\d{1,5})?([/?#][^\s"<>\\^`{|}]*)?$/i;

/** The address as a link that cannot run script: "example.com" → "https://example.com"; null for anything else. */
export function webAddress(value: string): string | null {
  const match = ADDRESS.exec(value.trim());
  return match && (match[1] ? match[0] : `https://${match[0]}`);
}
