# The same tables by R's survey package: it has no response sets, so their options one by one.
# Reads flat binary columns (benchmarks/peer_r.py writes them, not timed), quicker than any CSV.
suppressMessages(library(survey))
folder <- commandArgs(trailingOnly = TRUE)[1]
columns <- readLines(file.path(folder, "columns.txt"))
n <- as.integer(columns[1])
read <- function(at) {
  what <- if (columns[at] == "weight") "double" else "integer"
  readBin(file.path(folder, paste0(at, ".bin")), what, n)
}
data <- as.data.frame(lapply(seq_along(columns)[-1], read))
names(data) <- gsub("/", "_", columns[-1])
design <- svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = data)
out <- character()
say <- function(name, values) {
  out <<- c(out, sprintf('"%s": [%s]', name, paste(sprintf("%.17g", values), collapse = ", ")))
}
for (name in setdiff(names(data), c("sex", "stratum", "psu", "weight"))) {
  asked <- subset(design, !is.na(data[[name]]))
  single <- !grepl("_", name)
  inner <- if (single) paste0("~factor(", name, ")") else paste0("~", name)
  shares <- svyby(as.formula(inner), ~sex, asked, svymean)
  k <- (ncol(shares) - 1) / 2
  for (group in 1:2) for (row in seq_len(k)) {
    label <- if (single) paste0(name, "/", row) else sub("_", "/", name)
    values <- c(shares[group, 1 + row], shares[group, 1 + k + row])
    say(paste0(label, "@", c("women", "men")[group]), values)
  }
  test <- svychisq(as.formula(paste0("~", name, "+sex")), asked)
  if (single) say(paste(name, "F"), test$statistic)
}
cat("{", paste(out, collapse = ", "), "}\n", sep = "")
