# ranger, driven as peer.py drives the Python ones: jobs from stdin, a line of JSON each.
# Probability forests; categories are factors, ordered once by PCA of the classes, as its authors advise.

suppressMessages(library(ranger))
budget <- 1.0

memory <- function(key) {
  line <- grep(paste0("^", key, ":"), readLines("/proc/self/status"), value = TRUE)
  as.numeric(gsub("[^0-9]", "", line)) * 1024
}
seconds <- function(what) {
  start <- Sys.time()
  force(what)
  as.numeric(difftime(Sys.time(), start, units = "secs"))
}
repeated <- function(what, at_most) {
  times <- numeric()
  while (length(times) == 0 || (sum(times) < budget && length(times) < at_most)) times <- c(times, seconds(what()))
  median(times)
}

read_rows <- function(path) {
  f <- file(path, "rb")
  on.exit(close(f))
  stopifnot(rawToChar(readBin(f, "raw", 4)) == "ROWS")
  head <- readBin(f, "integer", 3, endian = "little")
  levels <- readBin(f, "integer", head[2], endian = "little")
  x <- matrix(readBin(f, "numeric", head[1] * head[2], size = 4, endian = "little"), ncol = head[2], byrow = TRUE)
  label <- readBin(f, "integer", head[1], size = 2, signed = FALSE, endian = "little")
  x <- as.data.frame(x)
  for (j in which(levels > 0)) x[[j]] <- factor(x[[j]], levels = 0:(levels[j] - 1))
  list(x = x, y = factor(label, levels = 0:(head[3] - 1)), classes = head[3])
}

fit <- function(rows, trees, mtry, seed) {
  ranger(x = rows$x, y = rows$y, probability = TRUE, num.trees = trees, mtry = mtry, min.node.size = 1, replace = TRUE,
         respect.unordered.factors = "order", oob.error = FALSE, num.threads = 2, seed = seed, verbose = FALSE)
}
ask <- function(model, x) predict(model, data = x, num.threads = 1, verbose = FALSE)$predictions

single_row <- function(model, test) {
  asked <- lapply(seq_len(min(200, nrow(test$x))), function(i) test$x[i, , drop = FALSE])
  ask(model, asked[[1]])
  means <- numeric()
  spent <- 0
  while (spent < budget || length(means) < 3) {
    at <- (length(means) * 20) %% length(asked)
    chunk <- asked[at + seq_len(min(20, length(asked) - at))]
    t <- seconds(for (row in chunk) ask(model, row))
    means <- c(means, t / length(chunk))
    spent <- spent + t
  }
  median(means)
}

model_bytes <- function(model) {
  path <- tempfile()
  on.exit(unlink(path))
  saveRDS(model, path, compress = FALSE)
  file.size(path)
}

measure <- function(job) {
  train <- read_rows(job[1])
  test <- read_rows(job[2])
  trees <- as.integer(job[4]); mtry <- as.integer(job[5]); seed <- as.integer(job[6])
  full <- job[7] == "1"
  result <- list()
  if (full) {
    small <- list(x = train$x[1:500, , drop = FALSE], y = train$y[1:500])
    result$warm_up_s <- seconds(ask(fit(small, 5, 1, 1), small$x))
    invisible(gc())
    cat("5", file = "/proc/self/clear_refs") # VmHWM starts again from what is resident now
    before <- memory("VmRSS")
  }
  result$train_s <- seconds(model <- fit(train, trees, mtry, seed))
  if (full) {
    result$memory <- memory("VmHWM") - before
    if (result$train_s < budget) result$train_s <- repeated(function() fit(train, trees, mtry, seed), 15)
    result$one_row_s <- single_row(model, test)
    result$batch_row_s <- repeated(function() ask(model, test$x), 9) / nrow(test$x)
  }
  result$bytes <- model_bytes(model)
  p <- ask(model, test$x)
  all <- matrix(0, nrow(p), train$classes)
  all[, as.integer(colnames(p)) + 1] <- p
  f <- file(job[3], "wb")
  writeBin(as.numeric(t(all)), f, size = 4, endian = "little")
  close(f)
  cat(sprintf("{%s}\n", paste(sprintf('"%s": %.9g', names(result), unlist(result)), collapse = ", ")))
}

from <- file("stdin")
jobs <- readLines(from)
close(from)
for (line in jobs) measure(strsplit(line, " ")[[1]])
