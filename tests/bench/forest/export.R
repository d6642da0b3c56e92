# Public data sets that come inside R packages, as CSV: label last, ordered factors as numbers, rows with missing
# values left out (Debian's ranger refuses them).
out <- commandArgs(trailingOnly = TRUE)[1]
export <- function(name, package, item, label) {
  where <- new.env()
  data(list = item, package = package, envir = where)
  d <- na.omit(as.data.frame(where[[item]]))
  d[] <- lapply(d, function(v) if (is.ordered(v)) as.integer(v) else v)
  d <- d[c(setdiff(names(d), label), label)]
  write.csv(d, file.path(out, paste0(name, ".csv")), row.names = FALSE)
}
export("letter", "mlbench", "LetterRecognition", "lettr")
export("satellite", "mlbench", "Satellite", "classes")
export("attrition", "modeldata", "attrition", "Attrition")
export("churn", "modeldata", "mlc_churn", "churn")
export("telco", "modeldata", "wa_churn", "churn")
export("hpc", "modeldata", "hpc_data", "class")
