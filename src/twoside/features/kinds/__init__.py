"""The kinds of features. A kind declares; the engines know how to compute it."""
