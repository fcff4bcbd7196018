/** Tags as RabbitMQ's exports have them: a list, in older ones a text with commas between. */
export function tagsOf(value: unknown): string[] {
  const tags = typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value.map(String) : [];
  return tags.map((tag) => tag.trim()).filter((tag) => tag !== '');
}
