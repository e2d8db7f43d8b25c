# bucket.awk: lists one of etcd's own buckets, a line `KEY VALUE` for each entry, as bbolt has them in the file
# DATABASE. It reads only the pages that lead there. So what a user of the cluster has stored, or what was deleted, is
# never taken for etcd's own. Bytes that are no plain ASCII are written as ?.
#
#   DATABASE, BUCKET   in the environment
#
# Status 1: the file can't be understood.
#
#   page     id 8, flags 2 (1: branch, 2: leaf), count 2, pages that follow 4, then the elements
#   leaf     flags 4 (1: a bucket), position 4, size of the key 4, size of the value 4
#   branch   position 4, size of the key 4, page 8
#   bucket   page 8, sequence 8; with page 0 its only page follows
#   meta     behind the head of pages 0 and 1: magic 4, version 4, size of a page 4, flags 4, the root bucket 16,
#            freelist 8, pages 8, transaction 8

BEGIN {
  name = ENVIRON["BUCKET"]
  size = 4096
  read_pages(0, 1)
  if (number(0, 16, 4) == 3977042669) size = number(0, 24, 4)
  if (size < 512 || size > 65536) exit 1
  read_pages(0, 1)
  read_pages(1, 1)
  best = -1
  for (meta = 0; meta < 2; meta++)
    if (number(meta, 16, 4) == 3977042669 && number(meta, 64, 8) > best) {
      best = number(meta, 64, 8)
      root = number(meta, 32, 8)
    }
  if (best < 0) exit 1
  walk(page(root), 0, 0)
  exit bad
}

# read_pages: what stands in the file from page `id` on.
function read_pages(id, count,    command, field, fields, i, n) {
  command = "dd if=\"$DATABASE\" bs=" size " skip=" id " count=" count " 2>/dev/null | od -An -v -tu1"
  n = 0
  while ((command | getline) > 0)
    for (i = 1; i <= NF; i++) byte[id, n++] = $i
  close(command)
  return n
}

function page(id,    more) {
  # A file that is damaged may lead in a circle.
  if (++pages > 1000 || read_pages(id, 1) < size) { bad = 1; return -1 }
  more = number(id, 12, 4)
  if (more > 1000 || (more > 0 && read_pages(id, more + 1) < size * (more + 1))) { bad = 1; return -1 }
  return id
}

function number(id, at, bytes,    value) {
  value = 0
  while (bytes-- > 0) value = value * 256 + byte[id, at + bytes]
  return value
}

function text(id, at, bytes,    code, i, line) {
  line = ""
  for (i = at; i < at + bytes; i++) {
    code = byte[id, i] + 0
    line = line (code >= 32 && code < 127 ? sprintf("%c", code) : "?")
  }
  return line
}

# walk: the page at `at` within what was read as page `id`; `inside` the bucket its entries are printed.
function walk(id, at, inside,    count, flags, element, i, key, value) {
  if (id < 0 || bad) return
  flags = number(id, at + 8, 2)
  count = number(id, at + 10, 2)
  if (flags != 1 && flags != 2) { bad = 1; return }
  for (i = 0; i < count && !bad; i++) {
    element = at + 16 + 16 * i
    if (flags == 1) {
      walk(page(number(id, element + 8, 8)), 0, inside)
      continue
    }
    key = element + number(id, element + 4, 4)
    value = key + number(id, element + 8, 4)
    if (inside) {
      print text(id, key, value - key) " " text(id, value, number(id, element + 12, 4))
    } else if (number(id, element, 4) == 1 && text(id, key, value - key) == name) {
      if (number(id, value, 8) == 0) walk(id, value + 16, 1)
      else walk(page(number(id, value, 8)), 0, 1)
    }
  }
}
